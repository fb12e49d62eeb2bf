import type { Event, HandlerContext } from '@baton/messaging';
import type { Database } from '../database/database';
import type { Queryable } from '../database/queryable';

/** A lease in the time of the database: from the moment on that it told, for so long. */
export interface Lease {
  /** As the database wrote it. */
  readonly from: string;
  readonly lengthMs: number;
}

/** The statements of one group's inbox. */
export interface InboxStore {
  /**
   * The time of the database. From here on it ends the transaction itself if this process stands still for `idleMs`, and
   * its commit lasts: the offset that is committed at the broker afterwards does.
   */
  now(tx: Queryable, idleMs: number): Promise<string>;
  /** The process does not stand still: the database waits for another `idleMs`. */
  stay(tx: Queryable, idleMs: number): Promise<void>;
  /**
   * Makes the generation the owner of the partition, and keeps every other transaction on the partition waiting until
   * this one has ended. An earlier generation comes back only if the group was deleted and counts anew: so it is
   * refused while the lease of the later one lasts.
   */
  claim(
    tx: Queryable,
    at: Pick<HandlerContext, 'topic' | 'partition' | 'generation'>,
    lease: Lease,
  ): Promise<'owned' | 'owned-by-later'>;
  /** Marks an event as handled; the commit fails if the lease has ended by then. */
  mark(tx: Queryable, marking: Marking): Promise<'new' | 'marked-before'>;
  extend(tx: Queryable, event: Pick<Event, 'source' | 'id'>, lease: Lease): Promise<void>;
  /** Deletes marks older than `keepMs`; answers how many. */
  clean(database: Queryable, keepMs: number): Promise<number>;
}

export interface Marking {
  readonly event: Pick<Event, 'source' | 'id' | 'createdAt'>;
  readonly version: number;
  readonly lease: Lease;
}

export const createInboxStore = (group: string, kind: Database['kind']): InboxStore => ({
  now: async (tx, idleMs) => {
    const { rows } = await tx.query(nowSql[kind], kind === 'server' ? [String(Math.ceil(idleMs))] : []);
    return String(rows[0]?.now);
  },
  stay: async (tx, idleMs) => {
    if (kind === 'server') await tx.query(staySql, [String(Math.ceil(idleMs))]);
  },
  claim: async (tx, { topic, partition, generation }, { from, lengthMs }) => {
    const { rows } = await tx.query(claimSql, [
      group,
      topic,
      partition,
      generation,
      from,
      Math.floor(lengthMs),
    ]);
    return rows.length > 0 ? 'owned' : 'owned-by-later';
  },
  mark: async (tx, { event: { source, id, createdAt }, version, lease: { from, lengthMs } }) => {
    const { rows } = await tx.query(markSql, [
      group,
      source,
      id,
      version,
      createdAt,
      from,
      Math.floor(lengthMs),
    ]);
    return rows.length > 0 ? 'new' : 'marked-before';
  },
  extend: async (tx, { source, id }, { from, lengthMs }) => {
    await tx.query(
      `UPDATE baton.inbox SET lease_until = $4::timestamptz + $5::bigint * interval '1 millisecond'
       WHERE consumer_group = $1 AND source = $2 AND event_id = $3`,
      [group, source, id, from, Math.floor(lengthMs)],
    );
  },
  clean: async (database, keepMs) => {
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

const cleanSql = `
WITH old AS (
  SELECT consumer_group, source, event_id FROM baton.inbox WHERE consumer_group = $1
    AND handled_at < clock_timestamp() - $2::bigint * interval '1 millisecond' LIMIT $3::int),
gone AS (
  DELETE FROM baton.inbox i USING old WHERE i.consumer_group = old.consumer_group AND i.source = old.source
    AND i.event_id = old.event_id RETURNING 1)
SELECT count(*) AS n FROM gone`;
