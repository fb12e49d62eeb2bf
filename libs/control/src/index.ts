export {
  type BindFacts,
  type InstanceFact,
  type PartitionEvidence,
  passedPartitions,
  type TopicFact,
} from './bind-facts';
export { bindGroup } from './bind-group';
export type { BindRequest } from './bind-request';
export type { BindAttempt, BindResult } from './bind-result';
export type { BindGroupDeps, BindOptions, BindProgress } from './bind-run';
export { type BindDecision, type BindProposal, decideBind, instantOf } from './decide-bind';
export { type DrainEvidence, type Drained, drainOf, type EndReading, type TopicReadings } from './drained';
export {
  type ControlEntry,
  controlEntrySchema,
  type EntryKind,
  type EntryOf,
  entrySchemaVersion,
  type ParsedEntry,
  parseEntry,
  type Signature,
  sign,
  type UnsignedEntry,
} from './entries';
export { applyEntry, foldEntries } from './fold';
export { type ControlFollower, followControlLog } from './follow-log';
export {
  type GroupStatus,
  groupStatus,
  type PartitionStatus,
  type StatusFacts,
  type VersionReadings,
  type VersionStatus,
} from './group-status';
export { createLogBindings, type LogBindingsDeps } from './log-bindings';
export { type BindStep, nextBindStep, type StepFacts } from './next-bind-step';
export type { ControlLog, GroupDescription, GroupReader, LoggedEntry, PresenceStore } from './ports/log';
export {
  type MemberPresence,
  membersOf,
  type Presence,
  type PresenceList,
  type PublisherPresence,
  parsePresence,
  presenceKey,
  publishersOf,
  readPresence,
  type Seen,
} from './presence';
export { type FactQuestion, type FactSources, readBindFacts, readPartitions, readTopics } from './read-facts';
export { readStatusFacts, type StatusTimes } from './read-status';
export type { Reason, ReasonCode } from './reasons';
export {
  type ControlState,
  type DecidedProposal,
  emptyState,
  type GroupState,
  groupKey,
  groupState,
  type JudgedEntry,
  type MemberAnswer,
  outcomeOf,
  type Proposal,
  type PublisherState,
  type RecordedRegistration,
  refusals,
  type Stray,
  silentMembers,
  type Verdict,
} from './state';
export { type BindTimings, defaultBindTimings, earliestSince, leadOf } from './timings';
