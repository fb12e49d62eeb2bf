export { createTables } from './database/create-tables';
export type { Database, Session } from './database/database';
export { type MigrationResult, migrate } from './database/migrate';
export { connectPostgres, type PostgresOptions } from './database/postgres-database';
export { fromQueryFunction, type Queryable, type Row } from './database/queryable';
export { type ClaimDeps, claimFile } from './embedded/claim-file';
export { type EmbeddedOptions, openEmbedded } from './embedded/embedded-database';
export { type IdentifyProcess, identifyProcess, type ProcessIdentity } from './embedded/process-identity';
export { type Inbox, type InboxOptions, type InboxStats, openInbox, openInboxOn } from './inbox/inbox';
export type { InboxStore, InboxTransaction, Lease, Marking } from './inbox/inbox-store';
export { createSqlInboxStore } from './inbox/sql-inbox-store';
export { transactionOf } from './inbox/transaction-of';
export type { CleanOptions } from './outbox/clean';
export { rangeOf } from './outbox/key-range';
export type { Lag } from './outbox/lag';
export { type Outbox, type OutboxEvent, type OutboxOptions, openOutbox } from './outbox/outbox';
export { outboxRemainder, type RemainderOptions, type VersionInOutbox } from './outbox/outbox-remainder';
export type { OutboxStore, ReadOptions, StampedSeq } from './outbox/outbox-store';
export type { ParkedEvent, Problem } from './outbox/parked';
export type { RangeLocks } from './outbox/range-locks';
export { type SplitOptions, splitOutbox } from './outbox/ranges';
export {
  type OutboxRelay,
  type OutboxRelayDeps,
  type RelayHealth,
  type RelayPorts,
  type RelayStats,
  startOutboxRelay,
  startRelay,
} from './outbox/relay';
export type { Attention, RelayConnection, RelayDatabase } from './outbox/relay-database';
export type { RelayLimits } from './outbox/relay-limits';
export { createRelayDatabase } from './outbox/sql-relay-database';
export { dataToStore, type Stamp, type StoredEvent } from './outbox/stored-event';
