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
export { createLogBindings, type LogBindingsDeps } from './log-bindings';
export type { ControlLog, GroupDescription, GroupReader, LoggedEntry, PresenceStore } from './ports/log';
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
