import type { TopicGuard } from '@baton/control';
import { BatonError } from '@baton/core';
import { type Clock, delay } from '@baton/messaging';
import {
  type Acl,
  type AclEntry,
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  type Admin,
  ConfigResourceTypes,
  ResourcePatternTypes,
} from 'kafkajs';
import { protocolErrorOf, toBatonError } from './errors';

export interface TopicGuardDeps {
  readonly connectedAdmin: () => Promise<Admin>;
  readonly clock: Clock;
  /** Whether the cluster lets everybody use a topic without ACL; asked from the brokers if left out. */
  readonly openWithoutAcl?: 'yes' | 'no';
}

export type Authorizer = 'on' | 'off';

const everybody = { principal: 'User:*', host: '*' } as const;
const appearWithinMs = 10_000;

/** Refuses writes by ACL: writes are denied to everybody, and where the topic had no ACL all else stays allowed. */
export const createTopicGuard = ({ connectedAdmin, clock, openWithoutAcl }: TopicGuardDeps): TopicGuard => {
  const writesRefused = async (topic: string): Promise<boolean | undefined> =>
    (await aclsOn(await connectedAdmin(), topic))?.some((acl) => isDenial(acl, topic));

  const becomesRefused = async (topic: string): Promise<void> => {
    for (const deadline = clock.now() + appearWithinMs; ; await delay(clock, 50)) {
      if ((await writesRefused(topic)) === true) return;
      if (clock.now() > deadline) throw notThere(topic);
    }
  };

  return {
    writesRefused,
    refuseWrites: async (topic) => {
      const admin = await connectedAdmin();
      const acls = await aclsOn(admin, topic);
      if (acls === undefined) return 'no-authorizer';
      if (acls.some((acl) => isDenial(acl, topic))) return 'refused';
      const open = acls.length === 0 && (await isOpenWithoutAcl(admin, openWithoutAcl));
      // both at once: a denial alone would, for a moment, shut out whoever was allowed by the absence of ACLs
      await create(admin, [...(open ? [allowance(topic)] : []), denial(topic)]);
      await becomesRefused(topic);
      return 'refused';
    },
  };
};

/** Whether the brokers check rights at all. */
export const readAuthorizer = async (admin: Admin): Promise<Authorizer> => {
  try {
    return (await aclsOn(admin, 'baton.control')) === undefined ? 'off' : 'on';
  } catch (error) {
    // who may not read rights is told so by an authorizer
    if (protocolErrorOf(error) === 'CLUSTER_AUTHORIZATION_FAILED') return 'on';
    throw error;
  }
};

/** Every ACL that concerns the topic, those on prefixes and on all topics too; `undefined` without an authorizer. */
const aclsOn = async (admin: Admin, topic: string): Promise<readonly AclEntry[] | undefined> => {
  try {
    const { resources } = await admin.describeAcls({
      resourceType: AclResourceTypes.TOPIC,
      resourceName: topic,
      resourcePatternType: ResourcePatternTypes.MATCH,
      operation: AclOperationTypes.ANY,
      permissionType: AclPermissionTypes.ANY,
    });
    return resources.flatMap(({ acls, ...resource }) =>
      acls.map((acl: Acl) => ({
        ...acl,
        resourceType: resource.resourceType,
        resourceName: resource.resourceName,
        resourcePatternType: resource.resourcePatternType,
      })),
    );
  } catch (error) {
    if (protocolErrorOf(error) === 'SECURITY_DISABLED') return undefined;
    throw toBatonError(error, `Reading the ACLs of ${topic}`);
  }
};

const literal = (topic: string) => ({
  resourceType: AclResourceTypes.TOPIC,
  resourceName: topic,
  resourcePatternType: ResourcePatternTypes.LITERAL,
});

const denial = (topic: string): AclEntry => ({
  ...literal(topic),
  ...everybody,
  operation: AclOperationTypes.WRITE,
  permissionType: AclPermissionTypes.DENY,
});

const allowance = (topic: string): AclEntry => ({
  ...literal(topic),
  ...everybody,
  operation: AclOperationTypes.ALL,
  permissionType: AclPermissionTypes.ALLOW,
});

const isDenial = (acl: AclEntry, topic: string): boolean =>
  acl.resourceName === topic &&
  acl.resourcePatternType === ResourcePatternTypes.LITERAL &&
  acl.principal === everybody.principal &&
  acl.host === everybody.host &&
  (acl.operation === AclOperationTypes.WRITE || acl.operation === AclOperationTypes.ALL) &&
  acl.permissionType === AclPermissionTypes.DENY;

const openSetting = 'allow.everyone.if.no.acl.found';

/**
 * Brokers list the setting if it is written in their configuration, but keep its value to themselves, as they do with
 * every setting of an authorizer. Since `false` is the default, one that is written counts as `true`.
 */
const isOpenWithoutAcl = async (admin: Admin, told: 'yes' | 'no' | undefined): Promise<boolean> => {
  if (told !== undefined) return told === 'yes';
  try {
    const { brokers } = await admin.describeCluster();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: brokers.map(({ nodeId }) => ({ type: ConfigResourceTypes.BROKER, name: String(nodeId) })),
    });
    return resources.some(({ configEntries }) =>
      configEntries.some(
        ({ configName, configValue }) => configName === openSetting && configValue !== 'false',
      ),
    );
  } catch (error) {
    throw toBatonError(error, `Reading ${openSetting} from the brokers`);
  }
};

const create = async (admin: Admin, acl: AclEntry[]): Promise<void> => {
  try {
    await admin.createAcls({ acl });
  } catch (error) {
    throw toBatonError(error, `Refusing writes to ${acl[0]?.resourceName} by ACL`);
  }
};

const notThere = (topic: string): BatonError =>
  new BatonError(
    'broker-unavailable',
    `Expected the brokers to hold the ACL that denies writes to ${topic}, but they do not show it yet. Run the same command again.`,
  );
