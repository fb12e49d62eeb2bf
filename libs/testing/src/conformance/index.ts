import type { ConformanceAdapter } from './adapter';
import { controlLogFailurePromises, followingPromises } from './control-log';
import { commitPromises } from './group-member-commits';
import { membershipPromises } from './group-member-membership';
import { readingPromises } from './group-member-reading';
import { groupReaderPromises } from './group-reader';
import { logOffsetsPromises } from './log-offsets';
import { presencePromises } from './presence';
import { describePromises, type PortAdapter } from './promises';
import { recordReaderPromises } from './record-reader';
import type { OutboxFeature, OutboxSite } from './relay-database';
import { outboxConnectionPromises } from './relay-database-connections';
import { outboxRowPromises } from './relay-database-rows';
import { restartPromises } from './restart';
import { topicGuardPromises } from './topic-guard';
import { topicReaderPromises } from './topic-reader';
import { fencingPromises, transactionPromises } from './transactional-producer';
import { producerFailurePromises } from './transactional-producer-failures';
import { usageReaderPromises } from './usage-reader';

export type { ConformanceAdapter, ConformanceClient, Feature, LosableCall, World } from './adapter';
export {
  describeInboxStore,
  type InboxAdapter,
  type InboxClient,
  type InboxFeature,
  type InboxWorld,
} from './inbox-store';
export { memoryInboxAdapter, slowMemoryInboxAdapter } from './memory-inbox-adapter';
export { memoryOutboxAdapter } from './memory-outbox-adapter';
export type { PortAdapter } from './promises';
export {
  type EventToInsert,
  eventData,
  leaveOpen,
  type OutboxFeature,
  type OutboxSite,
} from './relay-database';
export { describeSchemaRegistry, type RegistryAdapter } from './schema-registry';
export { simulatedAdapter, slowSimulatedAdapter } from './simulated-adapter';

/** Tests what `GroupMember` promises of joining, sharing and leaving. */
export const describeGroupMember = (adapter: ConformanceAdapter): void =>
  describePromises('a group member', adapter, membershipPromises);

/** Tests what `GroupMember` promises of records and of committed offsets. */
export const describeGroupReading = (adapter: ConformanceAdapter): void => {
  describePromises('what a group member reads', adapter, readingPromises);
  describePromises('a commit of offsets', adapter, commitPromises);
};

/** Tests what `TransactionalProducer` promises. */
export const describeTransactionalProducer = (adapter: ConformanceAdapter): void => {
  describePromises('a transaction', adapter, transactionPromises);
  describePromises('a transactional producer', adapter, fencingPromises);
  describePromises('a transactional producer that fails', adapter, producerFailurePromises);
};

/** Tests what `LogOffsets` promises. */
export const describeLogOffsets = (adapter: ConformanceAdapter): void =>
  describePromises('the offsets of a log', adapter, logOffsetsPromises);

/** Tests what `TopicReader` promises. */
export const describeTopicReader = (adapter: ConformanceAdapter): void =>
  describePromises('the settings of topics', adapter, topicReaderPromises);

/** Tests what `ControlLog` promises. */
export const describeControlLog = (adapter: ConformanceAdapter): void => {
  describePromises('the control log', adapter, followingPromises);
  describePromises('a control log in trouble', adapter, controlLogFailurePromises);
};

/** Tests what `PresenceStore` promises. */
export const describePresenceStore = (adapter: ConformanceAdapter): void =>
  describePromises('presence', adapter, presencePromises);

/** Tests what `GroupReader` promises. */
export const describeGroupReader = (adapter: ConformanceAdapter): void =>
  describePromises('what is told of groups', adapter, groupReaderPromises);

/** Tests what `UsageReader` promises. */
export const describeUsageReader = (adapter: ConformanceAdapter): void =>
  describePromises('the use of topics', adapter, usageReaderPromises);

/** Tests what `TopicGuard` promises. */
export const describeTopicGuard = (adapter: ConformanceAdapter): void =>
  describePromises('a guarded topic', adapter, topicGuardPromises);

/** Tests what `RecordReader` promises. */
export const describeRecordReader = (adapter: ConformanceAdapter): void =>
  describePromises('reading outside of groups', adapter, recordReaderPromises);

/** Tests what a restart of the broker does to all of them. */
export const describeBrokerRestart = (adapter: ConformanceAdapter): void =>
  describePromises('a restart of the broker', adapter, restartPromises);

/** Tests what `RelayDatabase` promises. */
export const describeRelayDatabase = (adapter: PortAdapter<OutboxSite, OutboxFeature>): void => {
  describePromises('the rows of an outbox', adapter, outboxRowPromises);
  describePromises('the connections of an outbox', adapter, outboxConnectionPromises);
};
