export { bindGroup } from './bind/bind-group';
export type { BindRequest } from './bind/bind-request';
export type { BindAttempt, BindResult } from './bind/bind-result';
export type { BindGroupDeps, BindOptions, BindProgress } from './bind/bind-run';
export { type BindDecision, type BindProposal, decideBind, instantOf } from './bind/decide-bind';
export { type BindStep, nextBindStep, type StepFacts } from './bind/next-bind-step';
export type { Reason, ReasonCode } from './bind/reasons';
export { type BindTimings, defaultBindTimings, earliestSince, leadOf } from './bind/timings';
export {
  type BindFacts,
  type InstanceFact,
  type PartitionEvidence,
  passedPartitions,
  type TopicFact,
} from './evidence/bind-facts';
export { readDropFacts } from './evidence/drop-facts';
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
  stragglersOf,
} from './evidence/presence';
export {
  type FactQuestion,
  type FactSources,
  readBindFacts,
  readPartitions,
  readTopics,
} from './evidence/read-facts';
export { type EvidenceOptions, type EvidenceSources, readStopFacts } from './evidence/stop-facts';
export {
  type Certificate,
  type CertificateAbout,
  certify,
  type Evidence,
  fingerprintOf,
  verifyCertificate,
} from './log/certificate';
export {
  auditTrail,
  bindingBarred,
  type Deprecation,
  type Dropped,
  deprecationOf,
  type EventTypeState,
  eventTypeState,
  type Final,
  type Retirement,
  type RetirementPhase,
  silentPublishers,
  type Veto,
  vetoesAt,
} from './log/deprecation-state';
export {
  type ControlEntry,
  controlEntrySchema,
  type EntryKind,
  type EntryOf,
  type ParsedEntry,
  parseEntry,
  type Signature,
  sign,
  type UnsignedEntry,
} from './log/entries';
export { entrySchemaVersion } from './log/entry-parts';
export { applyEntry, foldEntries } from './log/fold';
export { type ControlFollower, followControlLog } from './log/follow-log';
export { createLogBindings, type LogBindingsDeps } from './log/log-bindings';
export {
  createLogPublicationPolicy,
  type LogPublicationPolicyDeps,
  standingOf,
} from './log/log-publication-policy';
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
  type Validity,
} from './log/state';
export {
  applyMigration,
  type MigrationOptions,
  type MigrationResult,
  makePlan,
  type TakenStep,
} from './migrate/apply-migration';
export {
  type MigrationDeps,
  type MigrationFacts,
  type MigrationReading,
  readMigrationFacts,
} from './migrate/migration-facts';
export {
  type MigrationFile,
  type MigrationGroup,
  migrationFileSchema,
  migrationSchemaVersion,
  parseMigration,
} from './migrate/migration-file';
export { parsePlan } from './migrate/parse-plan';
export { type MigrationPlan, type MigrationStep, planMigration } from './migrate/plan-migration';
export type { ControlLog, GroupDescription, GroupReader, LoggedEntry, PresenceStore } from './ports/log';
export type { TopicGuard } from './ports/topic-guard';
export type { GroupUsage, SourceUsage, TopicUsage, UsageReader } from './ports/usage-reader';
export {
  type AnnounceDecision,
  type AnnounceDeps,
  type AnnounceFacts,
  type AnnounceRequest,
  type AnnounceResult,
  announce,
  decideAnnounce,
} from './retire/announce';
export { nextRetireStep, type PresentPublishers, type RetireStep } from './retire/next-step';
export type { RefusalReason } from './retire/reasons';
export { type RetireOptions, type RetireResult, retirePublisher } from './retire/retire-publisher';
export { type DropOptions, type DropResult, retireSubscriber } from './retire/retire-subscriber';
export {
  decideVeto,
  type VetoDecision,
  type VetoDeps,
  type VetoRequest,
  type VetoResult,
  veto,
  withdrawVeto,
} from './retire/veto';
export { type WithdrawResult, withdrawRetiring } from './retire/withdraw-retiring';
export { adoptKey } from './seal/adopt-key';
export { changeKey } from './seal/change-key';
export { type MigrationKey, type PublicKey, readMigrationKey, type Signer } from './seal/migration-key';
export { sealedLog, unsealedLog } from './seal/sealed-log';
export {
  type DrainEvidence,
  type Drained,
  drainOf,
  type EndReading,
  type TopicReadings,
} from './status/drained';
export {
  type GroupStatus,
  groupStatus,
  type PartitionStatus,
  type StatusFacts,
  type VersionReadings,
  type VersionStatus,
} from './status/group-status';
export { lagSeconds } from './status/lag-seconds';
export {
  drainedPercent,
  type GroupPhase,
  type GroupProgress,
  grownPast,
  type MigrationStatus,
  phaseOf,
} from './status/migration-status';
export { readMigrationStatus } from './status/read-migration-status';
export { readStatusFacts, type StatusTimes } from './status/read-status';
export { type LagSample, type Trend, trendOf } from './status/trend';
export { canBind } from './verdict/can-bind';
export { canDrop } from './verdict/can-drop';
export { canStop } from './verdict/can-stop';
export { groupVerdict } from './verdict/check-groups';
export {
  absent,
  type Declarations,
  type DropFacts,
  defaultEvidenceLimits,
  type EndedPartition,
  type EvidenceLimits,
  type Fact,
  type GroupFacts,
  type MemberFact,
  type OptionalFact,
  type PublisherFact,
  type StopFacts,
  type StrangerFact,
  seen,
  type Traffic,
  type VersionQuestion,
} from './verdict/facts';
export type { Verdict, VerdictReason, VerdictReasonCode } from './verdict/verdict';
