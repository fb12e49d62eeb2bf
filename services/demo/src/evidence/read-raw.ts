import { BatonError, type ErrorCode } from '@baton/core';
import {
  type Clock,
  delay,
  type FetchedBatch,
  type FetchedRecord,
  type GroupMemberFactory,
  type LogOffsets,
  type TopicPartition,
} from '@baton/messaging';
import { soleMember } from './sole-member';

/** A topic, and the offsets to read it from, by partition; from its beginning where there is none. */
export interface RawTopic {
  readonly topic: string;
  readonly from?: readonly number[];
}

export interface ReadRawDeps {
  readonly groupMember: GroupMemberFactory;
  readonly logOffsets: LogOffsets;
  /** A group that nobody else uses. */
  readonly group: string;
  readonly clock: Clock;
  readonly onRecord: (place: TopicPartition, record: FetchedRecord) => void;
  /** The code of the error if the ends are not reached. */
  readonly failure: ErrorCode;
}

const limitMs = 180_000;
const pollMs = 50;

/**
 * Reads topics as they lie in the log, markers and aborted records included, to their ends at the time of the call.
 * One member of a group of its own reads all partitions; it commits nothing.
 */
export const readRaw = async (topics: readonly RawTopic[], deps: ReadRawDeps): Promise<void> => {
  const { groupMember, logOffsets, group, clock, onRecord, failure } = deps;
  const places = new Map((await Promise.all(topics.map((topic) => placesOf(topic, logOffsets)))).flat());
  let crash: unknown;
  const member = soleMember(groupMember, { group, topics: topics.map(({ topic }) => topic) });
  await member.start({
    joined: () => {},
    heartbeat: () => {},
    rebalancing: () => {},
    crashed: (error) => {
      crash = error ?? new Error('crashed');
    },
    batch: async (batch) => ({ nextOffset: take(batch, places.get(nameOf(batch)), onRecord) }),
  });
  try {
    const deadline = clock.now() + limitMs;
    while ([...places.values()].some(({ next, end }) => next < end)) {
      if (crash !== undefined) throw crash;
      if (clock.now() > deadline) throw unread(failure, places);
      await delay(clock, pollMs);
    }
  } finally {
    await member.stop();
  }
};

interface Place {
  next: number;
  readonly end: number;
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

const placesOf = async ({ topic, from }: RawTopic, logOffsets: LogOffsets): Promise<[string, Place][]> => {
  const [earliest, ends] = await Promise.all([logOffsets.earliest(topic), logOffsets.end(topic)]);
  return ends.map((end, partition) => [
    nameOf({ topic, partition }),
    { next: Math.max(from?.[partition] ?? 0, earliest[partition] ?? 0), end },
  ]);
};

const take = (
  { topic, partition, fetchedOffset, records }: FetchedBatch,
  place: Place | undefined,
  onRecord: ReadRawDeps['onRecord'],
): number => {
  if (place === undefined) return fetchedOffset;
  for (const record of records) {
    if (record.offset < place.next) continue;
    place.next = record.offset + 1;
    onRecord({ topic, partition }, record);
  }
  return place.next;
};

const unread = (failure: ErrorCode, places: ReadonlyMap<string, Place>): BatonError =>
  new BatonError(
    failure,
    `Expected to read the topics to their ends within ${limitMs / 1000} s, but these places were not reached: ${[
      ...places,
    ]
      .filter(([, { next, end }]) => next < end)
      .map(([place, { next, end }]) => `${place} at ${next} of ${end}`)
      .join(', ')}. Look at the log of the broker.`,
  );
