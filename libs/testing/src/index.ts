export {
  BookEvent,
  type BookV1,
  type BookV2,
  BookWorld,
  type Handled,
  type PutOptions,
  type RunningConsumer,
  type WorldConsumerOptions,
  worldSettings,
} from './book-world';
export {
  type BrokerClient,
  MemoryBroker,
  type MemoryBrokerOptions,
  partitionByHash,
} from './broker/memory-broker';
export type { Fault, Operation } from './broker/network';
export { PartitionLog, type RecordToStore } from './broker/partition-log';
export type { SimulatedProcess } from './broker/process';
export { createMemoryRecordReader } from './broker/record-reader';
export { goodTopicSettings } from './broker/topic-store';
export { type Authority, type Certificate, createAuthority } from './certificates';
export {
  createMemoryControlLog,
  createMemoryPresenceStore,
  type MemoryControlLog,
  type MemoryControlLogOptions,
} from './control-log';
export { createJsonCodec, type JsonCodec } from './json-codec';
export { createManualClock, type ManualClock } from './manual-clock';
export { type GivenAnswer, MemoryBindings } from './memory-bindings';
export { createMemoryGroups, type MemoryGroups } from './memory-groups';
export { newMigrationPem } from './migration-pem';
export type { BrokerAddress } from './proxy/addresses';
export type { ProxyConnection } from './proxy/connection';
export { type ActiveFault, apiKeys, type Direction, type FaultScope, type ProxyFault } from './proxy/faults';
export { createKafkaProxy, type KafkaProxy, type KafkaProxyOptions } from './proxy/kafka-proxy';
export { skewedClock, VirtualClock } from './virtual-clock';
