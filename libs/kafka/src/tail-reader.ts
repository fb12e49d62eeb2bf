import { BatonError, isBatonError } from '@baton/core';
import { type Clock, delay, type FetchedRecord, type Logger, readCommittedFilter } from '@baton/messaging';
import type { ClientFactory } from './client';
import { settleWithin } from './errors';
import { assertFetchRepairLoaded, fetchedBatchOf, rawBatchesRack } from './fetch-repair';
import {
  batchOf,
  clusterOf,
  type RawCluster,
  type RawFetchResponse,
  type RawPartition,
} from './kafkajs-internals';
import { createPositionWaiters } from './position-waiters';

/** Reads partition 0 of a topic from its first record on, in no group, for as long as it is open. */
export interface TailReader {
  /** Resolves once every record below `offset` was delivered; rejects with `broker-unavailable` after `limitMs`. */
  reached(offset: number, limitMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface TailReaderOptions {
  readonly topic: string;
  readonly from: number;
  readonly onRecord: (record: FetchedRecord) => void;
}

export interface TailReaderDeps {
  readonly newClient: ClientFactory;
  readonly clock: Clock;
  readonly logger: Logger;
}

const readCommitted = 1;
const longPollMs = 500;
const maxBytes = 1_048_576;

/** Begins to read at once; a broker that goes away is waited for. */
export const startTailReader = async (
  { newClient, clock, logger }: TailReaderDeps,
  { topic, from, onRecord }: TailReaderOptions,
): Promise<TailReader> => {
  await assertFetchRepairLoaded();
  let position = from;
  let open = true;
  let failure: BatonError | undefined;
  let cluster: RawCluster | undefined;
  const waiters = createPositionWaiters(clock);

  const advance = (partition: RawPartition): void => {
    const batch = batchOf(topic, String(position), partition);
    const { records, aborted } = fetchedBatchOf(batch);
    records.filter(readCommittedFilter(aborted)).forEach(onRecord);
    position = Math.max(position, endOf(partition, position));
    waiters.passed(position);
  };

  const fail = (error: BatonError): void => {
    failure = error;
    open = false;
    waiters.fail(error);
  };

  const loop = async (): Promise<void> => {
    for (let pause = 50; open; ) {
      try {
        cluster ??= await connect(newClient, topic);
        const partition = await fetchOnce(cluster, topic, position);
        if (open && partition !== undefined) advance(partition);
        pause = 50;
      } catch (error) {
        const given = cluster;
        cluster = undefined;
        await settleWithin(clock, 2_000, async () => given?.disconnect());
        if (isBatonError(error, 'data-lost-to-retention')) fail(error);
        else logger.debug({ topic, error: String(error) }, 'reading again');
        if (open) await delay(clock, pause);
        pause = Math.min(pause * 2, 1_000);
      }
    }
  };
  const running = loop();

  return {
    reached: async (offset, limitMs) => {
      if (failure !== undefined) throw failure;
      if (offset > position) {
        await waiters.wait(offset, { ms: limitMs, error: () => late(topic, offset, limitMs) });
      }
    },
    close: async () => {
      if (open)
        fail(new BatonError('broker-unavailable', `Expected an open reader of ${topic}, got a closed one.`));
      await settleWithin(clock, 5_000, async () => {
        await cluster?.disconnect();
        await running;
        await cluster?.disconnect();
      });
    },
  };
};

/** Where the next fetch begins: behind the last batch, or behind an empty batch that compaction left in the way. */
const endOf = ({ messages, lastStableOffset, highWatermark }: RawPartition, position: number): number => {
  const last = messages.at(-1);
  if (last === undefined) {
    const stable = Number(lastStableOffset ?? highWatermark);
    return position < stable ? position + 1 : position;
  }
  const { firstOffset, lastOffsetDelta } = last.batchContext ?? {
    firstOffset: last.offset,
    lastOffsetDelta: 0,
  };
  return Number(firstOffset) + lastOffsetDelta + 1;
};

const connect = async (newClient: ClientFactory, topic: string): Promise<RawCluster> => {
  const cluster = clusterOf(newClient());
  try {
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    return cluster;
  } catch (error) {
    await cluster.disconnect().catch(() => {});
    throw error;
  }
};

const fetchOnce = async (
  cluster: RawCluster,
  topic: string,
  position: number,
): Promise<RawPartition | undefined> => {
  const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [0]));
  if (leader === undefined)
    throw new BatonError('broker-unavailable', `Expected a leader of ${topic}, got none.`);
  const broker = await cluster.findBroker({ nodeId: leader });
  const { responses } = (await broker.fetch({
    maxWaitTime: longPollMs,
    minBytes: 1,
    maxBytes,
    isolationLevel: readCommitted,
    topics: [{ topic, partitions: [{ partition: 0, fetchOffset: String(position), maxBytes }] }],
    rackId: rawBatchesRack,
  })) as RawFetchResponse;
  return responses[0]?.partitions[0];
};

const late = (topic: string, offset: number, limitMs: number): BatonError =>
  new BatonError(
    'broker-unavailable',
    `Expected to read ${topic} to offset ${offset} within ${limitMs} ms, but could not. Check that the brokers are reachable.`,
  );
