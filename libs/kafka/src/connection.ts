import type { SchemaRegistry } from '@baton/contracts';
import type { ControlLog, GroupReader, PresenceStore, TopicGuard, UsageReader } from '@baton/control';
import { BatonError, isBatonError } from '@baton/core';
import {
  type Clock,
  type GroupMemberFactory,
  type Logger,
  type LogOffsets,
  type Partitioner,
  type RecordReader,
  settleWithin,
  systemClock,
  type TopicReader,
  type TransactionalProducerFactory,
} from '@baton/messaging';
import type { Admin } from 'kafkajs';
import { type AclGrant, grantAcls } from './acls';
import { createBrokerCalls } from './broker-calls';
import { type ClientOptions, createClientFactory } from './client';
import { openControlLog } from './control-log';
import { protocolErrorOf, type Reach, toBatonError, unreachable, withDeadline } from './errors';
import { createGroupMemberFactory } from './group-member';
import { createGroupReader } from './group-reader';
import { createLogOffsets } from './log-offsets';
import { partitioner } from './partitioner';
import { createPresenceStore } from './presence';
import { createRecordReader } from './record-reader';
import { createSchemaRegistry } from './registry';
import type { RegistryAuth } from './registry-http';
import type { TlsOptions } from './security';
import { type Authorizer, createTopicGuard, readAuthorizer, type TopicGuardDeps } from './topic-guard';
import { createTopicReader } from './topic-reader';
import { createTopics, type Topics } from './topics';
import { createTransactionalProducerFactory } from './transactional-producer';
import { createUsageReader } from './usage-reader';

export interface KafkaPortsOptions extends ClientOptions {
  readonly logger: Logger;
  readonly clock?: Clock;
  /** The base of the registry's API; needed by `registry` only. */
  readonly registryUrl?: string;
  readonly registryAuth?: RegistryAuth;
  readonly registryTls?: TlsOptions;
  readonly controlTopic?: string;
  readonly presenceTopic?: string;
  /** How long calls wait for brokers that are away, before they reject with `broker-unavailable`; 30 s by default. */
  readonly limitMs?: number;
  /**
   * Whether the cluster lets everybody use topics without ACL (`allow.everyone.if.no.acl.found`). Brokers say only
   * whether that is written in their configuration; give it where they have it written as `false`.
   */
  readonly openWithoutAcl?: NonNullable<TopicGuardDeps['openWithoutAcl']>;
}

/** Every port of the client, over one shared connection for short requests. */
export interface KafkaPorts {
  readonly groupMember: GroupMemberFactory;
  readonly transactionalProducer: TransactionalProducerFactory;
  readonly logOffsets: LogOffsets;
  readonly topicReader: TopicReader;
  readonly topics: Topics;
  readonly groupReader: GroupReader;
  readonly topicGuard: TopicGuard;
  readonly usageReader: UsageReader;
  readonly partitioner: Partitioner;
  /** Opens a reader of partitions outside of any group; the caller closes it. */
  recordReader(): RecordReader;
  /** Allows what is named, from every host. */
  grant(grants: readonly AclGrant[]): Promise<void>;
  /** Whether the brokers check rights: without, writes to a topic cannot be refused. */
  authorizer(): Promise<Authorizer>;
  /** Throws `invalid-configuration` if no URL of a registry was given. */
  registry(): SchemaRegistry;
  /** Opens the control log; the caller closes it. */
  controlLog(): Promise<ControlLog>;
  /** Opens the presence topic; the caller closes it. */
  presence(): PresenceStore;
  /** Closes the shared connection. What was opened by a caller is closed by the caller. */
  close(): Promise<void>;
}

/** Makes the ports; nothing connects before it is used. */
export const createKafkaPorts = ({
  logger,
  clock = systemClock,
  controlTopic = 'baton.control',
  presenceTopic = 'baton.presence',
  registryUrl,
  registryAuth,
  registryTls,
  limitMs = 30_000,
  openWithoutAcl,
  ...options
}: KafkaPortsOptions): KafkaPorts => {
  const newClient = createClientFactory(options, logger);
  const { brokers } = options;
  const calls = createBrokerCalls({ newClient, brokers, logger, clock, limitMs });
  const admin = lazyAdmin(() => newClient().admin(), { brokers, clock, limitMs });
  const connectedAdmin = admin.connected;
  const deps = { newClient, calls, clock, logger, brokers };
  const groupReader = createGroupReader(calls);
  return {
    groupMember: createGroupMemberFactory(deps),
    transactionalProducer: createTransactionalProducerFactory({
      newClient,
      clock,
      findCoordinator: (id) =>
        calls.anywhere(`Finding the coordinator of producer ${id}`, (broker) =>
          broker.findGroupCoordinator({ groupId: id, coordinatorType: 1 }),
        ),
    }),
    logOffsets: createLogOffsets(calls),
    topicReader: createTopicReader(calls, connectedAdmin),
    topics: createTopics({ calls, connectedAdmin, clock }),
    groupReader,
    topicGuard: createTopicGuard({
      connectedAdmin,
      clock,
      ...(openWithoutAcl === undefined ? {} : { openWithoutAcl }),
    }),
    usageReader: createUsageReader({ newClient, calls, groupReader, clock, limitMs }),
    recordReader: () => createRecordReader({ newClient, calls, clock, limitMs }),
    grant: async (grants) => grantAcls(await connectedAdmin(), grants),
    authorizer: async () => readAuthorizer(await connectedAdmin()),
    partitioner,
    registry: () => openRegistry(registryUrl, { auth: registryAuth, tls: registryTls }),
    controlLog: () => openControlLog({ ...deps, limitMs, topic: controlTopic }),
    presence: () => createPresenceStore({ ...deps, limitMs, topic: presenceTopic }),
    close: async () => {
      await Promise.all([calls.close(), settleWithin(clock, 5_000, admin.disconnect)]);
    },
  };
};

const openRegistry = (
  url: string | undefined,
  { auth, tls }: { readonly auth: RegistryAuth | undefined; readonly tls: TlsOptions | undefined },
): SchemaRegistry => {
  if (url === undefined) {
    throw new BatonError('invalid-configuration', 'Expected the URL of a schema registry, got none.');
  }
  return createSchemaRegistry({
    url,
    ...(auth === undefined ? {} : { auth }),
    ...(tls === undefined ? {} : { tls }),
  });
};

const lazyAdmin = (make: () => Admin, { brokers, clock, limitMs }: Reach & { readonly clock: Clock }) => {
  let connecting: Promise<Admin> | undefined;
  const connect = async (): Promise<Admin> => {
    const admin = make();
    const connected = admin.connect();
    try {
      await withDeadline(connected, { clock, ms: limitMs, code: 'broker-unavailable', what: 'Connecting' });
      return admin;
    } catch (error) {
      connecting = undefined;
      // kafkajs goes on trying by itself, and may yet connect
      void connected.catch(() => {}).then(() => admin.disconnect().catch(() => {}));
      throw protocolErrorOf(error) === undefined
        ? unreachable('Connecting', { brokers, limitMs }, isBatonError(error) ? undefined : error)
        : toBatonError(error, 'Connecting to the brokers');
    }
  };
  return {
    connected: (): Promise<Admin> => {
      connecting ??= connect();
      return connecting;
    },
    disconnect: async (): Promise<void> => {
      const given = connecting;
      connecting = undefined;
      await (await given)?.disconnect();
    },
  };
};
