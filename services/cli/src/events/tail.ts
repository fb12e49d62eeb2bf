import { type Instant, topicOf, type Version } from '@baton/core';
import {
  type Assignor,
  type FetchedBatch,
  type FetchedRecord,
  type GroupListener,
  readCommittedFilter,
  type TopicPartition,
} from '@baton/messaging';
import type { Context } from '../context';

/** A committed record, and the version of its topic. */
export interface TailedRecord extends TopicPartition {
  readonly version: Version;
  readonly record: FetchedRecord;
}

/** What to read. */
export interface TailRequest {
  readonly eventType: string;
  readonly versions: readonly Version[];
  readonly from: 'beginning' | 'end' | Instant;
  /** Whether to go on at the end of the topics. */
  readonly follow: boolean;
  readonly interrupted: AbortSignal;
}

/** From where to where a partition is read. */
interface Lane extends TopicPartition {
  readonly version: Version;
  readonly start: number;
  readonly end: number;
  position: number;
}

type TailContext = Pick<Context, 'broker' | 'newId'>;

/**
 * Reads committed records in a group of its own that commits nothing, until the ends that the topics had at the
 * start, until `onRecord` answers `enough`, or until the user interrupts. Records of one partition come in order.
 */
export const tail = async (
  request: TailRequest,
  context: TailContext,
  onRecord: (record: TailedRecord) => Promise<'more' | 'enough'>,
): Promise<void> => {
  const lanes = new Map((await lanesOf(request, context)).map((lane) => [laneKey(lane), lane]));
  const done = () => !request.follow && [...lanes.values()].every(({ position, end }) => position >= end);
  if (done()) return;
  const member = context.broker().groupMember({
    group: `baton-tail-${context.newId()}`,
    topics: request.versions.map((version) => topicOf(request.eventType, version)),
    assignor: { name: 'baton-tail', assign: everythingToTheFirst },
    metadata: () => '',
    sessionTimeoutMs: 10_000,
    heartbeatIntervalMs: 3_000,
  });
  try {
    await new Promise<void>((resolve, reject) => {
      if (request.interrupted.aborted) resolve();
      request.interrupted.addEventListener('abort', () => resolve(), { once: true });
      const listener = listenerOver(lanes, { follow: request.follow, done, onRecord, resolve, reject });
      member.start(listener).catch(reject);
    });
  } finally {
    await member.stop();
  }
};

const laneKey = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

const lanesOf = async (
  { eventType, versions, from }: TailRequest,
  { broker }: TailContext,
): Promise<readonly Lane[]> => {
  const { logOffsets } = broker();
  const read = versions.map(async (version) => {
    const topic = topicOf(eventType, version);
    const end = await logOffsets.end(topic);
    const start = await startsOf(topic);
    return end.map((last, partition) => {
      const first = Math.min(start[partition] ?? last, last);
      return { topic, partition, version, start: first, end: last, position: first };
    });
  });
  async function startsOf(topic: string): Promise<readonly number[]> {
    if (from === 'beginning') return logOffsets.earliest(topic);
    return from === 'end' ? logOffsets.end(topic) : logOffsets.firstStampedFrom(topic, from);
  }
  return (await Promise.all(read)).flat();
};

const everythingToTheFirst: Assignor = (members, partitionCounts) =>
  new Map(
    members.map(({ memberId }, i) => [
      memberId,
      i > 0
        ? new Map()
        : new Map(
            [...partitionCounts].map(([topic, count]) => [topic, Array.from({ length: count }, (_, p) => p)]),
          ),
    ]),
  );

interface Listening {
  readonly follow: boolean;
  readonly done: () => boolean;
  readonly onRecord: (record: TailedRecord) => Promise<'more' | 'enough'>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Takes the batches one at a time, so that nothing is written after the last record that was asked for. */
const listenerOver = (
  lanes: ReadonlyMap<string, Lane>,
  { follow, done, onRecord, resolve, reject }: Listening,
): GroupListener => {
  let ended = false;
  let turn: Promise<unknown> = Promise.resolve();
  const end = (): void => {
    ended = true;
    resolve();
  };

  const readBatch = async (batch: FetchedBatch): Promise<{ nextOffset: number }> => {
    const lane = lanes.get(laneKey(batch));
    if (lane === undefined || ended) return { nextOffset: batch.fetchedOffset };
    if (batch.fetchedOffset < lane.position) return { nextOffset: lane.position };
    try {
      await readRecords(batch, lane);
    } catch (error) {
      ended = true;
      reject(error);
    }
    if (done()) end();
    return { nextOffset: lane.position };
  };

  const readRecords = async ({ records, aborted, topic, partition }: FetchedBatch, lane: Lane) => {
    const isVisible = readCommittedFilter(aborted);
    for (const record of records) {
      const visible = isVisible(record) && (follow || record.offset < lane.end);
      if (record.offset < lane.position) continue;
      const answer = visible && (await onRecord({ topic, partition, version: lane.version, record }));
      lane.position = record.offset + 1;
      if (answer === 'enough') return end();
    }
  };

  return {
    joined: () => {},
    heartbeat: () => {},
    rebalancing: () => {},
    crashed: reject,
    batch: (batch) => {
      const read = turn.then(() => readBatch(batch));
      turn = read.catch(() => {});
      return read;
    },
  };
};
