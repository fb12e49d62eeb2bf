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
export type { Lag } from './outbox/lag';
export { type Outbox, type OutboxEvent, type OutboxOptions, openOutbox } from './outbox/outbox';
export { outboxRemainder, type RemainderOptions, type VersionInOutbox } from './outbox/outbox-remainder';
export type { ParkedEvent, Problem } from './outbox/parked';
export { type SplitOptions, splitOutbox } from './outbox/ranges';
export {
  type OutboxRelay,
  type OutboxRelayDeps,
  type RelayHealth,
  type RelayLimits,
  type RelayStats,
  startOutboxRelay,
} from './outbox/relay';
