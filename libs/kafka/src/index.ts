export { type BrokerCalls, createBrokerCalls } from './broker-calls';
export { type ClientFactory, type ClientOptions, createClientFactory } from './client';
export { openControlLog } from './control-log';
export { assertFetchRepairLoaded } from './fetch-repair';
export { createGroupMemberFactory } from './group-member';
export { createLogOffsets } from './log-offsets';
export { partitioner } from './partitioner';
export { createPresenceStore } from './presence';
export { createTransactionalProducerFactory } from './transactional-producer';
