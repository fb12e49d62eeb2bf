import { BatonError } from '@baton/core';
import { soleMember } from '@baton/demo';
import {
  type Clock,
  delay,
  type FetchedBatch,
  type FetchedRecord,
  type GroupMemberFactory,
  type LogOffsets,
} from '@baton/messaging';

/** A record of an event topic as it lies in the log, markers and aborted records included. */
export interface LogLine {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly kind: FetchedRecord['kind'];
  readonly transactionOf: string | undefined;
  readonly timestamp: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ReadLogsDeps {
  readonly groupMember: GroupMemberFactory;
  readonly logOffsets: LogOffsets;
  /** A group that nobody else uses. */
  readonly group: string;
  readonly clock: Clock;
  readonly onLine: (line: LogLine) => void;
}

const limitMs = 180_000;

/** Reads topics raw, from their beginnings to their ends at the time of the call. */
export const readLogs = async (topics: readonly string[], deps: ReadLogsDeps): Promise<void> => {
  const { groupMember, logOffsets, group, clock } = deps;
  const places = new Map((await Promise.all(topics.map((topic) => placesOf(topic, logOffsets)))).flat());
  let crash: unknown;
  const member = soleMember(groupMember, { group, topics });
  await member.start({
    joined: () => {},
    heartbeat: () => {},
    rebalancing: () => {},
    crashed: (error) => {
      crash = error ?? new Error('crashed');
    },
    batch: async (batch) => ({ nextOffset: take(batch, places, deps.onLine) }),
  });
  try {
    const deadline = clock.now() + limitMs;
    while ([...places.values()].some(({ next, end }) => next < end)) {
      if (crash !== undefined) throw crash;
      if (clock.now() > deadline) throw unread(places);
      await delay(clock, 50);
    }
  } finally {
    await member.stop();
  }
};

interface Place {
  next: number;
  readonly end: number;
}

const placesOf = async (topic: string, logOffsets: LogOffsets): Promise<[string, Place][]> => {
  const [earliest, ends] = await Promise.all([logOffsets.earliest(topic), logOffsets.end(topic)]);
  return ends.map((end, partition) => [`${topic}/${partition}`, { next: earliest[partition] ?? 0, end }]);
};

const take = (
  { topic, partition, fetchedOffset, records }: FetchedBatch,
  places: ReadonlyMap<string, Place>,
  onLine: (line: LogLine) => void,
): number => {
  const place = places.get(`${topic}/${partition}`);
  if (place === undefined) return fetchedOffset;
  for (const record of records) {
    if (record.offset < place.next) continue;
    place.next = record.offset + 1;
    onLine(lineOf(topic, partition, record));
  }
  return place.next;
};

const kept: ReadonlySet<string> = new Set([
  'ce_id',
  'ce_publishedversions',
  'ce_time',
  'ce_source',
  'baton-dead-letter',
]);

const lineOf = (
  topic: string,
  partition: number,
  { offset, kind, transactionOf, timestamp, key, headers }: FetchedRecord,
): LogLine => ({
  topic,
  partition,
  offset,
  kind,
  transactionOf,
  timestamp,
  key: kind === 'data' ? (key?.toString() ?? '') : '',
  headers: Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (kept.has(name) ? [[name, String(value)]] : [])),
  ),
});

const unread = (places: ReadonlyMap<string, Place>): BatonError =>
  new BatonError(
    'chaos-failed',
    `Expected to read the topics to their ends within ${limitMs / 1000} s, but these places were not reached: ${[
      ...places,
    ]
      .filter(([, { next, end }]) => next < end)
      .map(([place, { next, end }]) => `${place} at ${next} of ${end}`)
      .join(', ')}. Look at the log of the broker.`,
  );
