import { BatonError } from '@baton/core';
import type { Database } from '../database/database';
import { migrate } from '../database/migrate';
import type { Queryable } from '../database/queryable';
import type { InboxStore, InboxTransaction } from './inbox-store';

/** Keeps the inbox of a group in tables of a database. */
export const createSqlInboxStore = (database: Database, group: string): InboxStore => ({
  open: async () => {
    await migrate(database);
    return claimMembership(database, group);
  },
  transaction: (work) => database.transaction((tx) => work(statementsOf(tx, group, database.kind))),
  clean: async (keepMs) => {
    if (keepMs === Number.POSITIVE_INFINITY) return 0;
    let deleted = 0;
    for (;;) {
      const { rows } = await database.query(cleanSql, [group, Math.floor(keepMs), cleanAtOnce]);
      const now = Number(rows[0]?.n);
      deleted += now;
      if (now < cleanAtOnce) return deleted;
    }
  },
});

const statementsOf = (tx: Queryable, group: string, kind: Database['kind']): InboxTransaction => ({
  effects: tx,
  now: async (idleMs) => {
    const { rows } = await tx.query(nowSql[kind], kind === 'server' ? [String(Math.ceil(idleMs))] : []);
    return String(rows[0]?.now);
  },
  stay: async (idleMs) => {
    if (kind === 'server') await tx.query(staySql, [String(Math.ceil(idleMs))]);
  },
  claim: async ({ topic, partition, generation }, { from, lengthMs }) => {
    const values = [group, topic, partition, generation, from, Math.floor(lengthMs)];
    const { rows } = await tx.query(claimSql, values);
    return rows.length > 0 ? 'owned' : 'owned-by-later';
  },
  mark: async ({ event: { source, id, createdAt }, version, lease: { from, lengthMs } }) => {
    const values = [group, source, id, version, createdAt, from, Math.floor(lengthMs)];
    const { rows } = await tx.query(markSql, values);
    return rows.length > 0 ? 'new' : 'marked-before';
  },
  extend: async ({ source, id }, { from, lengthMs }) => {
    await tx.query(extendSql, [group, source, id, from, Math.floor(lengthMs)]);
  },
});

/** Who uses an embedded database in this process, by group. */
const members = new WeakMap<Database, Set<string>>();

const claimMembership = (database: Database, group: string): (() => void) => {
  if (database.kind === 'server') return () => {};
  const groups = members.get(database) ?? new Set();
  members.set(database, groups);
  if (groups.has(group)) {
    throw new BatonError(
      'invalid-configuration',
      `Expected one member of group "${group}" on an embedded database, got a second one. Use a PostgreSQL server for more: set DATABASE_URL.`,
    );
  }
  groups.add(group);
  return () => groups.delete(group);
};

const cleanAtOnce = 5_000;

const staySql = `SELECT set_config('idle_in_transaction_session_timeout', $1, true)`;

const lasting = `CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END`;

const nowSql = {
  server: `SELECT clock_timestamp()::text AS now, set_config('idle_in_transaction_session_timeout', $1, true), ${lasting}`,
  embedded: `SELECT clock_timestamp()::text AS now, ${lasting}`,
} as const;

const claimSql = `
INSERT INTO baton.inbox_owner AS o (consumer_group, topic, partition, generation, lease_until)
VALUES ($1, $2, $3, $4, $5::timestamptz + $6::bigint * interval '1 millisecond')
ON CONFLICT (consumer_group, topic, partition) DO UPDATE
  SET generation = EXCLUDED.generation, lease_until = EXCLUDED.lease_until
  WHERE o.generation <= EXCLUDED.generation OR o.lease_until < clock_timestamp()
RETURNING 1`;

const markSql = `
INSERT INTO baton.inbox (consumer_group, source, event_id, version, created_at, lease_until)
VALUES ($1, $2, $3, $4, $5, $6::timestamptz + $7::bigint * interval '1 millisecond')
ON CONFLICT (consumer_group, source, event_id) DO NOTHING
RETURNING 1`;

const extendSql = `
UPDATE baton.inbox SET lease_until = $4::timestamptz + $5::bigint * interval '1 millisecond'
WHERE consumer_group = $1 AND source = $2 AND event_id = $3`;

const cleanSql = `
WITH old AS (
  SELECT consumer_group, source, event_id FROM baton.inbox WHERE consumer_group = $1
    AND handled_at < clock_timestamp() - $2::bigint * interval '1 millisecond' LIMIT $3::int),
gone AS (
  DELETE FROM baton.inbox i USING old WHERE i.consumer_group = old.consumer_group AND i.source = old.source
    AND i.event_id = old.event_id RETURNING 1)
SELECT count(*) AS n FROM gone`;
