export {
  parseStaticTimeline,
  type StaticBindingsOptions,
  type StaticTimelineConfig,
  staticBindings,
} from './bindings/static-bindings';
export { readCommittedFilter } from './consumer/aborted-reads';
export { coPartitionedAssignor } from './consumer/assignor';
export { createConsumer } from './consumer/consumer';
export { type MemberMetadata, readMemberMetadata, writeMemberMetadata } from './consumer/member-metadata';
export type { Spread } from './consumer/spread';
export { type HandleOptions, handle, stateful } from './consumer/subscription';
export type {
  BlockedPartition,
  ConsumerDeps,
  ConsumerHealth,
  ConsumerSettings,
  ConsumerStats,
  Event,
  EventConsumer,
  Handler,
  HandlerContext,
  HandlersByVersion,
  Middleware,
  Progress,
  StatefulHandler,
  Subscription,
} from './consumer/types';
export {
  type DeadLetter,
  type LetterContext,
  type LetterMark,
  type Origin,
  type ParkedBecause,
  readLetterRecord,
  toMarkRecord,
} from './dead-letters/letter';
export {
  createLetterBox,
  type LetterBox,
  type LetterBoxDeps,
  type LetterFilter,
} from './dead-letters/letter-box';
export type { DeadLetterPorts } from './dead-letters/office';
export { type LetterSources, openLetters } from './dead-letters/open-letters';
export { countRemainders, type RemainderSources } from './dead-letters/remainders';
export { readRetryRecord, toRetryRecord } from './dead-letters/retry-copy';
export { deadLetterTopicOf, retryTopicOf } from './dead-letters/topics';
export { compose } from './middleware/compose';
export { type DeadLetterOptions, deadLetter } from './middleware/dead-letter';
export { type DeadlineOptions, deadline } from './middleware/deadline';
export { type RetryOptions, retry } from './middleware/retry';
export type {
  BindingSource,
  CommitMetadata,
  GroupBindings,
  GroupRegistration,
  OpenProposal,
  ProposalAnswer,
  VersionDeprecation,
} from './ports/bindings';
export type {
  Assignment,
  Assignor,
  CommittedOffset,
  Generation,
  GroupListener,
  GroupMember,
  GroupMemberFactory,
  GroupMemberOptions,
  JoiningMember,
  OffsetToCommit,
} from './ports/group-member';
export type { LogOffsets } from './ports/log-offsets';
export type { PublicationPolicy, VersionStanding } from './ports/publication-policy';
export type { RecordPage, RecordReader } from './ports/record-reader';
export type {
  AbortedTransaction,
  FetchedBatch,
  FetchedRecord,
  OutgoingRecord,
  TopicPartition,
} from './ports/records';
export {
  type Clock,
  delay,
  type Logger,
  type Random,
  settleWithin,
  silentLogger,
  systemClock,
  systemRandom,
} from './ports/runtime';
export type { Partitioner, TopicReader, TopicSettings } from './ports/topics';
export {
  type SendingSpan,
  spanning,
  type TracedEvent,
  type TracedTwin,
  type Tracing,
} from './ports/tracing';
export type { TransactionalProducer, TransactionalProducerFactory } from './ports/transactional-producer';
export { recordsOf } from './publisher/batcher';
export { assertKey, assertSize, checkPublications } from './publisher/check-event';
export { type EncodedTwin, encodeTwins, type VersionedPayload } from './publisher/encode-event';
export { type CheckedPublication, type LivePublication, Publications } from './publisher/publications';
export { Retirements, type RetirementsDeps } from './publisher/retirements';
export {
  type Attempt,
  createTransactionSlot,
  type TransactionOutcomes,
  type TransactionSlot,
} from './publisher/transaction-slot';
export { createTwinPublisher } from './publisher/twin-publisher';
export type {
  EventPublisher,
  EventToPublish,
  Publication,
  PublishedEvent,
  PublisherHealth,
  PublisherLimits,
  PublisherStats,
  TwinPublisherDeps,
} from './publisher/types';
export { type Directive, type LaterEvents, withDirective } from './supervision/directive';
export type { Failure, Supervision, SupervisorDirective } from './supervision/supervision';
