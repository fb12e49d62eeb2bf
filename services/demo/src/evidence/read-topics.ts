import { BatonError } from '@baton/core';
import {
  type Clock,
  delay,
  type FetchedBatch,
  type FetchedRecord,
  type GroupMemberFactory,
  type LogOffsets,
} from '@baton/messaging';
import { createCommittedFilter } from '../audit/committed-records';
import type { CommittedRecord } from '../audit/types';
import { soleMember } from './sole-member';

/** A topic of one version, read from these offsets on, by partition. */
export interface TopicToRead {
  readonly topic: string;
  readonly version: number;
  readonly from: readonly number[];
}

export interface ReadTopicsDeps {
  readonly groupMember: GroupMemberFactory;
  readonly logOffsets: LogOffsets;
  /** A group that nobody else uses. */
  readonly group: string;
  readonly clock: Clock;
}

const limitMs = 120_000;
const pollMs = 50;

/**
 * Reads everything committed from `from` to the ends at the time of the call. What is committed is told by the
 * markers in the log, read as they lie there; nothing of the consumer under audit is used.
 */
export const readTopics = async (
  topics: readonly TopicToRead[],
  deps: ReadTopicsDeps,
): Promise<readonly CommittedRecord[]> => {
  const logs = (await Promise.all(topics.map((topic) => logsOf(topic, deps.logOffsets)))).flat();
  const byPlace = new Map(logs.map((log) => [placeOf(log), log]));
  await followUntilRead(byPlace, deps);
  const undecided = logs.reduce((sum, { filter }) => sum + filter.undecided(), 0);
  if (undecided > 0) {
    throw new BatonError(
      'demo-failed',
      `Expected every transaction to be decided, but ${undecided} records belong to open ones. Run the demonstration again.`,
    );
  }
  return logs.flatMap((log) => log.filter.committed.map((record) => committedRecord(record, log)));
};

interface PartitionLog {
  readonly topic: string;
  readonly version: number;
  readonly partition: number;
  readonly end: number;
  readonly filter: ReturnType<typeof createCommittedFilter<FetchedRecord>>;
  next: number;
}

const placeOf = ({ topic, partition }: { topic: string; partition: number }): string =>
  `${topic}/${partition}`;

const logsOf = async (
  { topic, version, from }: TopicToRead,
  logOffsets: LogOffsets,
): Promise<readonly PartitionLog[]> => {
  const [earliest, ends] = await Promise.all([logOffsets.earliest(topic), logOffsets.end(topic)]);
  return ends.map((end, partition) => ({
    topic,
    version,
    partition,
    end,
    filter: createCommittedFilter<FetchedRecord>(),
    next: Math.max(from[partition] ?? 0, earliest[partition] ?? 0),
  }));
};

/** One member of a group of its own reads all partitions; it commits nothing. */
const followUntilRead = async (
  logs: ReadonlyMap<string, PartitionLog>,
  { groupMember, group, clock }: ReadTopicsDeps,
): Promise<void> => {
  let crash: unknown;
  const topics = [...new Set([...logs.values()].map(({ topic }) => topic))];
  const member = soleMember(groupMember, { group, topics });
  await member.start({
    joined: () => {},
    heartbeat: () => {},
    rebalancing: () => {},
    crashed: (error) => {
      crash = error ?? new Error('crashed');
    },
    batch: async (batch) => ({ nextOffset: take(batch, logs.get(placeOf(batch))) }),
  });
  try {
    const deadline = clock.now() + limitMs;
    while ([...logs.values()].some(({ next, end }) => next < end)) {
      if (crash !== undefined) throw crash;
      if (clock.now() > deadline) throw unread([...logs.values()]);
      await delay(clock, pollMs);
    }
  } finally {
    await member.stop();
  }
};

const take = (batch: FetchedBatch, log: PartitionLog | undefined): number => {
  if (log === undefined) return batch.fetchedOffset;
  for (const record of batch.records) {
    if (record.offset < log.next) continue;
    log.filter.push(record);
    log.next = record.offset + 1;
  }
  return log.next;
};

const committedRecord = (record: FetchedRecord, { version, partition }: PartitionLog): CommittedRecord => ({
  version,
  partition,
  id: headerOf(record, 'ce_id'),
  key: record.key?.toString() ?? '',
  createdAt: record.timestamp,
  publishedVersions: headerOf(record, 'ce_publishedversions'),
});

const headerOf = ({ headers }: FetchedRecord, name: string): string => headers[name]?.toString() ?? '';

const unread = (logs: readonly PartitionLog[]): BatonError =>
  new BatonError(
    'demo-failed',
    `Expected to read the topics to their ends within ${limitMs / 1000} s, but these places were not reached: ${logs
      .filter(({ next, end }) => next < end)
      .map((log) => `${placeOf(log)} at ${log.next} of ${log.end}`)
      .join(', ')}. Look at the log of the broker.`,
  );
