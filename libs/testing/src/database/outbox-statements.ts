import { BatonError } from '@baton/core';
import type { Lag, OutboxStore, ReadOptions, StampedSeq, StoredEvent } from '@baton/postgres';
import type { OutboxRow, OutboxTable, RangeRow } from './outbox-table';

/** Owners wait for the newest stamp of the range: one clock that is far off would let the range stand still. */
const farAheadMs = 60_000;

/** What the statements of a relay do, each at once. */
export type OutboxStatements = {
  readonly [S in keyof OutboxStore]: (
    ...args: Parameters<OutboxStore[S]>
  ) => Awaited<ReturnType<OutboxStore[S]>>;
};

/** The statements of a source on its tables, by the clock of the server. */
export const outboxStatements = (table: OutboxTable, source: string, now: () => number): OutboxStatements => {
  const ranges = (): readonly RangeRow[] => table.ranges.get(source) ?? [];
  return {
    newestStamp: (range) => ranges()[range]?.newestStamp ?? 0,
    read: (range, options) => {
      const next = nextOf(table.unsentOf(source), range, options);
      table.markSent(new Set(options.sent), now());
      return next;
    },
    stamp: (range, rows, versions) => {
      const newest = Math.max(...rows.map(({ createdAt }) => createdAt));
      if (newest - now() > farAheadMs) throw clockAhead(newest - now());
      const owned = ranges()[range];
      if (owned === undefined || versions.some((one) => owned.retired.includes(one))) return 'retired';
      owned.newestStamp = Math.max(owned.newestStamp, newest);
      if (stampAll(table.unsentOf(source), rows) === rows.length) return 'stamped';
      throw new BatonError(
        'lease-ended',
        `Somebody else stamps rows of range ${range} of the outbox of "${source}".`,
      );
    },
    park: (seq, problem) => table.park(seq, problem, now()),
    retire: (eventType, version) => {
      const name = versionName(eventType, version);
      for (const row of ranges()) {
        row.retired = [...row.retired.filter((one) => one !== name), name];
        row.retirements += 1;
      }
    },
    retirements: () => String(Math.max(...ranges().map(({ retirements }) => retirements))),
    revive: (eventType, version, retirements) => {
      const name = versionName(eventType, version);
      for (const row of ranges())
        if (String(row.retirements) === retirements) row.retired = row.retired.filter((one) => one !== name);
    },
    unsentWith: (eventType, version) =>
      table
        .unsentOf(source)
        .filter((row) => row.eventType === eventType && row.stamp?.published.includes(version) === true)
        .length,
  };
};

/** How far the relays of a source are behind. */
export const lagOf = (table: OutboxTable, source: string, now: number): Lag => {
  const rows = table.unsentOf(source);
  const open = rows.filter(({ state }) => state === 'open');
  const oldest = Math.min(now, ...open.map(({ insertedAt }) => insertedAt));
  return { open: open.length, oldestMs: now - oldest, parked: rows.length - open.length };
};

const nextOf = (
  unsent: readonly OutboxRow[],
  range: number,
  options: ReadOptions,
): readonly StoredEvent[] => {
  const { phase, newer, eventTypes, maxEvents, maxBytes, sent } = options;
  const done = new Set(sent);
  const open = unsent.filter(
    (row) => row.range === range && row.state === 'open' && !done.has(String(row.seq)),
  );
  const newest = new Map(eventTypes.map((type) => [type.name, type.newest]));
  const next = open
    .filter((row) => newest.has(row.eventType) && (row.stamp !== undefined) === (phase === 'stamped'))
    .filter(
      (row) => phase === 'stamped' || !open.some((one) => one.stamp !== undefined && isLaneOf(row, one)),
    )
    .filter(
      (row) => !unsent.some((one) => one.state === 'parked' && isLaneOf(row, one) && waitsFor(row, one)),
    )
    .filter((row) => newer === 'together' || !open.some((one) => isNewer(one, newest) && isBehind(row, one)))
    .slice(0, maxEvents);
  let bytes = 0;
  return next
    .filter((row) => {
      const before = bytes;
      bytes += row.bytes;
      return before < maxBytes;
    })
    .map(eventOf);
};

const isLaneOf = (row: OutboxRow, other: OutboxRow): boolean =>
  row.eventType === other.eventType && row.key === other.key;

/** What was stamped before it was parked may be visible, so nothing is stamped after it. */
const waitsFor = (later: OutboxRow, parked: OutboxRow): boolean =>
  parked.seq < later.seq || (parked.stamp !== undefined && later.stamp === undefined);

const isNewer = ({ eventType, version }: OutboxRow, newest: ReadonlyMap<string, number>): boolean =>
  version > (newest.get(eventType) ?? Number.POSITIVE_INFINITY);

const isBehind = (row: OutboxRow, newer: OutboxRow): boolean => isLaneOf(row, newer) && newer.seq <= row.seq;

const eventOf = ({ seq, id, eventType, version, key, data, stamp }: OutboxRow): StoredEvent => ({
  seq: String(seq),
  id,
  eventType,
  version,
  key,
  data,
  traceparent: undefined,
  stamp,
});

const stampAll = (unsent: readonly OutboxRow[], rows: readonly StampedSeq[]): number => {
  let count = 0;
  for (const { seq, ...stamp } of rows) {
    const row = unsent.find((one) => String(one.seq) === seq && one.state === 'open');
    if (row === undefined || row.stamp !== undefined) continue;
    row.stamp = stamp;
    count += 1;
  }
  return count;
};

const versionName = (eventType: string, version: number): string => `${eventType} ${version}`;

const clockAhead = (aheadMs: number): BatonError =>
  new BatonError(
    'clock-out-of-range',
    `Expected a clock at most ${farAheadMs} ms ahead of the database, got one ${aheadMs} ms ahead.`,
  );
