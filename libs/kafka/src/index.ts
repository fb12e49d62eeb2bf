export {
  type BrokerAccess,
  brokerAccess,
  type CertificateFiles,
  type RegistryAccess,
  registryAccess,
} from './access';
export type { AclGrant, AclOperation } from './acls';
export type { ClientOptions } from './client';
export { createKafkaPorts, type KafkaPorts, type KafkaPortsOptions } from './connection';
export { assertFetchRepairLoaded } from './fetch-check';
export { type AclRole, type AclScope, leastPrivilege } from './least-privilege';
export { partitioner } from './partitioner';
export { createSchemaRegistry } from './registry';
export type { RegistryAuth, RegistryOptions } from './registry-http';
export { readSecretFile } from './secret-file';
export type { SaslOptions, TlsOptions } from './security';
export type { Authorizer } from './topic-guard';
export {
  controlTopicSpec,
  type EventTopicOptions,
  eventTopicSpec,
  groupTopicSpec,
  presenceTopicSpec,
  type TopicDifference,
  type TopicOutcome,
  type TopicSpec,
  type Topics,
  unlimitedMs,
} from './topics';
