import type { ConformanceAdapter } from './adapter';
import { commitPromises } from './group-member-commits';
import { membershipPromises } from './group-member-membership';
import { readingPromises } from './group-member-reading';
import { logOffsetsPromises } from './log-offsets';
import { describePromises } from './promises';
import { topicReaderPromises } from './topic-reader';
import { fencingPromises, producerFailurePromises, transactionPromises } from './transactional-producer';

export type { ConformanceAdapter, ConformanceClient, Feature, LosableCall, World } from './adapter';
export { openSimulatedWorld, simulatedAdapter } from './simulated-adapter';

/** Tests what `GroupMember` promises. */
export const describeGroupMember = (adapter: ConformanceAdapter): void => {
  describePromises('what a group member reads', adapter, readingPromises);
  describePromises('a group member', adapter, membershipPromises);
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
