import { BatonError, type Version } from '@baton/core';
import type { Queryable } from '../database/queryable';
import type { Problem } from './parked';
import { type Stamp, type StoredEvent, storedEventOf } from './stored-event';

/** The channel on which inserts are told: the payload is `SOURCE RANGE`. */
export const notificationChannel = 'baton_outbox';

/** Which rows to read, and how many at most. */
export interface ReadOptions {
  /** `stamped` rows were attempted before, by whomever; nothing `new` of their types is sent before them. */
  readonly phase: 'stamped' | 'new';
  readonly eventTypes: readonly ReadableType[];
  /** `apart` also leaves out what newer releases have stored and what waits for it; it is slower. */
  readonly newer: 'together' | 'apart';
  readonly maxEvents: number;
  /** Of the stored data; one event is read whatever its size. */
  readonly maxBytes: number;
  /** Rows that are sent and not marked yet. */
  readonly sent: readonly string[];
}

export interface ReadableType {
  readonly name: string;
  /** The newest version of data that this release understands. */
  readonly newest: number;
}

export interface StampedSeq extends Stamp {
  readonly seq: string;
}

/**
 * The outbox of one source as its relay uses it. Everything goes through the connection that holds the locks of the
 * ranges, so a relay that has lost them can change nothing any more.
 */
export interface OutboxStore {
  /** The newest `createdAt` that any owner of the range has stamped; 0 before the first. */
  newestStamp(range: number): Promise<number>;
  /** Marks what is sent, and reads what comes next, in the order to send it; all in one statement. */
  read(range: number, options: ReadOptions): Promise<readonly StoredEvent[]>;
  /**
   * Stamps rows in one statement; `retired`, and nothing is stamped, if one of their versions is written no more. Throws
   * `clock-out-of-range`, and stamps nothing, if the stamp is far ahead of the clock of the database; `lease-ended` if
   * somebody else has stamped one of them.
   */
  stamp(
    range: number,
    rows: readonly StampedSeq[],
    versions: readonly string[],
  ): Promise<'stamped' | 'retired'>;
  /** Puts a row aside. */
  park(seq: string, problem: Problem): Promise<void>;
  /** From its return on no relay stamps the version. */
  retire(eventType: string, version: Version): Promise<void>;
  /** How many retirements were noted so far: what `revive` asks to be the same still. */
  retirements(): Promise<string>;
  /** The version is published again, unless another retirement was noted since there were so many. */
  revive(eventType: string, version: Version, retirements: string): Promise<void>;
  /** How many rows are stamped with the version and not sent. */
  unsentWith(eventType: string, version: Version): Promise<number>;
}

/** How a version of an event type is named in `baton.outbox_range`. */
export const versionName = (eventType: string, version: number): string => `${eventType} ${version}`;

/** The store of a source over one connection. */
export const createOutboxStore = (session: Queryable, source: string): OutboxStore => ({
  newestStamp: async (range) => {
    const { rows } = await session.query(
      'SELECT newest_stamp FROM baton.outbox_range WHERE source = $1 AND range = $2',
      [source, range],
    );
    return Number(rows[0]?.newest_stamp ?? 0);
  },
  read: async (range, { phase, newer, eventTypes, maxEvents, maxBytes, sent }) => {
    const names = eventTypes.map(({ name }) => name);
    const values = [source, range, names, sent, maxEvents, maxBytes];
    const newest = newer === 'apart' ? [eventTypes.map((each) => each.newest)] : [];
    const { rows } = await session.query(readSql[newer][phase], [...values, ...newest]);
    return rows.map(storedEventOf);
  },
  stamp: async (range, stamped, versions) => {
    const newest = Math.max(...stamped.map(({ createdAt }) => createdAt));
    const values = [source, range, newest, versions, JSON.stringify(stamped), farAheadMs];
    const { rows } = await session.query(stampSql, values);
    const [row] = rows;
    if (Number(row?.ahead) > farAheadMs) throw clockAhead(Number(row?.ahead));
    if (Number(row?.ranges) !== 1) return 'retired';
    if (Number(row?.rows) === stamped.length) return 'stamped';
    throw stampedElsewhere(source, range);
  },
  park: async (seq, problem) => {
    await session.query(
      `UPDATE baton.outbox SET state = 'parked', settled_at = clock_timestamp(), problem = $2
       WHERE seq = $1 AND state = 'open'`,
      [seq, JSON.stringify(problem)],
    );
  },
  retire: async (eventType, version) => {
    await session.query(
      `UPDATE baton.outbox_range SET retired = array_append(array_remove(retired, $2), $2), retirements = retirements + 1
       WHERE source = $1`,
      [source, versionName(eventType, version)],
    );
  },
  retirements: async () => {
    const { rows } = await session.query(
      'SELECT max(retirements)::text AS n FROM baton.outbox_range WHERE source = $1',
      [source],
    );
    return String(rows[0]?.n);
  },
  revive: async (eventType, version, retirements) => {
    await session.query(
      `UPDATE baton.outbox_range SET retired = array_remove(retired, $2)
       WHERE source = $1 AND retirements = $3::bigint`,
      [source, versionName(eventType, version), retirements],
    );
  },
  unsentWith: async (eventType, version) => {
    const { rows } = await session.query(
      `SELECT count(*) AS n FROM baton.outbox
       WHERE source = $1 AND event_type = $2 AND state IN ('open', 'parked') AND $3 = ANY (published)`,
      [source, eventType, version],
    );
    return Number(rows[0]?.n);
  },
});

/**
 * SQL: whether row `later` waits for row `parked` of its event type and key. What was stamped before it was parked may
 * be visible, so nothing is stamped after it, not even a row with a lower number that became visible late.
 */
export const waitsFor = (later: string, parked: string): string =>
  `(${parked}.seq < ${later}.seq OR (${parked}.created_at IS NOT NULL AND ${later}.created_at IS NULL))`;

const readOf = (condition: string, before = ''): string => `
WITH marked AS (
  UPDATE baton.outbox SET state = 'sent', settled_at = clock_timestamp()
  WHERE seq = ANY ($4::bigint[]) AND state = 'open'),${before}
next AS (
  SELECT o.* FROM baton.outbox o
  WHERE o.source = $1 AND o.range = $2 AND o.state = 'open' AND ${condition}
    AND o.event_type = ANY ($3::text[]) AND o.seq <> ALL ($4::bigint[])
    AND NOT EXISTS (SELECT 1 FROM baton.outbox p WHERE p.source = o.source AND p.event_type = o.event_type
                    AND p.key = o.key AND p.state = 'parked' AND ${waitsFor('o', 'p')})
  ORDER BY o.seq LIMIT $5::int)
SELECT seq::text, id, event_type, version, key, data::text, traceparent, created_at::text, partition,
  array_to_string(published, ',') AS published
FROM (SELECT next.*, sum(bytes) OVER (ORDER BY seq) - bytes AS before FROM next) AS sized
WHERE before < $6::bigint ORDER BY sized.seq`;

/** What newer releases have stored, and where it begins in each key. */
const newerRows = `
newer AS MATERIALIZED (
  SELECT n.event_type, n.key, min(n.seq) AS seq FROM baton.outbox n
  JOIN unnest($3::text[], $7::int[]) AS t(name, newest) ON n.event_type = t.name AND n.version > t.newest
  WHERE n.source = $1 AND n.range = $2 AND n.state = 'open' GROUP BY n.event_type, n.key),`;

const notBehindNewer = `NOT EXISTS (
  SELECT 1 FROM newer WHERE newer.event_type = o.event_type AND newer.key = o.key AND newer.seq <= o.seq)`;

/** What is new of a key waits for what was stamped before and is still open, or open again. */
const conditions = {
  stamped: 'o.created_at IS NOT NULL',
  new: `o.created_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM baton.outbox s WHERE s.source = o.source AND s.range = o.range AND s.state = 'open'
                    AND s.created_at IS NOT NULL AND s.event_type = o.event_type AND s.key = o.key
                    AND s.seq <> ALL ($4::bigint[]))`,
} as const;

const readSql = {
  together: { stamped: readOf(conditions.stamped), new: readOf(conditions.new) },
  apart: {
    stamped: readOf(`${conditions.stamped} AND ${notBehindNewer}`, newerRows),
    new: readOf(`${conditions.new} AND ${notBehindNewer}`, newerRows),
  },
} as const;

/** Owners wait for the newest stamp of the range: one clock that is far off would let the range stand still. */
const farAheadMs = 60_000;

const clockAhead = (aheadMs: number): BatonError =>
  new BatonError(
    'clock-out-of-range',
    `Expected a clock at most ${farAheadMs} ms ahead of the database, got one ${Math.round(aheadMs)} ms ahead. Set the clock of this machine, or that of the database, right.`,
  );

const stampedElsewhere = (source: string, range: number): BatonError =>
  new BatonError(
    'lease-ended',
    `Expected range ${range} of the outbox of "${source}" to belong to this relay alone, but somebody else stamps its rows. If a pooler in transaction mode is between, connect past it.`,
  );

/** The row of the range comes first: it is where this statement and `retire` meet. */
const stampSql = `
WITH clock AS (SELECT $3::bigint - extract(epoch FROM clock_timestamp()) * 1000 AS ahead),
owned AS (
  UPDATE baton.outbox_range SET newest_stamp = greatest(newest_stamp, $3::bigint)
  WHERE source = $1 AND range = $2 AND NOT retired && $4::text[] AND (SELECT ahead FROM clock) <= $6::bigint
  RETURNING range),
stamped AS (
  UPDATE baton.outbox o SET created_at = s."createdAt", partition = s.partition, published = s.published
  FROM owned, json_to_recordset($5::json) AS s(seq bigint, "createdAt" bigint, partition integer, published integer[])
  WHERE o.seq = s.seq AND o.state = 'open' AND o.created_at IS NULL RETURNING o.seq)
SELECT (SELECT count(*) FROM owned) AS ranges, (SELECT count(*) FROM stamped) AS rows, (SELECT ahead FROM clock) AS ahead`;
