import {
  type AclEntry,
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  type Admin,
  ResourcePatternTypes,
} from 'kafkajs';
import { toBatonError } from './errors';

/** What somebody may do with a resource of the broker, and what for. */
export interface AclGrant {
  readonly principal: string;
  readonly resource: 'topic' | 'group' | 'transactional-id' | 'cluster';
  readonly name: string;
  readonly pattern: 'literal' | 'prefixed';
  readonly operations: readonly AclOperation[];
  readonly because: string;
}

export type AclOperation = keyof typeof operationTypes;

const operationTypes = {
  read: AclOperationTypes.READ,
  write: AclOperationTypes.WRITE,
  create: AclOperationTypes.CREATE,
  describe: AclOperationTypes.DESCRIBE,
  alter: AclOperationTypes.ALTER,
  'describe-configs': AclOperationTypes.DESCRIBE_CONFIGS,
} as const;

const resourceTypes = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  'transactional-id': AclResourceTypes.TRANSACTIONAL_ID,
  cluster: AclResourceTypes.CLUSTER,
} as const;

/** Allows it from every host; what is allowed already stays so. */
export const grantAcls = async (admin: Admin, grants: readonly AclGrant[]): Promise<void> => {
  const acl = grants.flatMap((grant) =>
    grant.operations.map(
      (operation): AclEntry => ({
        principal: grant.principal,
        host: '*',
        operation: operationTypes[operation],
        permissionType: AclPermissionTypes.ALLOW,
        resourceType: resourceTypes[grant.resource],
        resourceName: grant.name,
        resourcePatternType:
          grant.pattern === 'literal' ? ResourcePatternTypes.LITERAL : ResourcePatternTypes.PREFIXED,
      }),
    ),
  );
  try {
    await admin.createAcls({ acl });
  } catch (error) {
    throw toBatonError(error, 'Creating access rules');
  }
};
