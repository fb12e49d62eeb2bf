import { BatonError } from '@baton/core';
import type { TopicPartition } from '@baton/messaging';
import type { ClientFactory } from './client';
import { rawBatchesRack } from './fetch-repair';
import { clusterOf, type RawCluster, type RawFetchResponse, type RawPartition } from './kafkajs-internals';

const readCommitted = 1;
const maxBytes = 1_048_576;

/** Opens a connection of its own for reading a topic outside any group. */
export const connectForReading = async (newClient: ClientFactory, topic: string): Promise<RawCluster> => {
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

/** Fetches once from `position` on, waiting at most `waitMs` for a record. */
export const fetchPartition = async (
  cluster: RawCluster,
  { topic, partition }: TopicPartition,
  { position, waitMs }: { readonly position: number; readonly waitMs: number },
): Promise<RawPartition | undefined> => {
  const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (leader === undefined)
    throw new BatonError('broker-unavailable', `Expected a leader of ${topic} ${partition}, got none.`);
  const broker = await cluster.findBroker({ nodeId: leader });
  const { responses } = (await broker.fetch({
    maxWaitTime: waitMs,
    minBytes: 1,
    maxBytes,
    isolationLevel: readCommitted,
    topics: [{ topic, partitions: [{ partition, fetchOffset: String(position), maxBytes }] }],
    rackId: rawBatchesRack,
  })) as RawFetchResponse;
  return responses[0]?.partitions[0];
};

/** Where the next fetch begins: behind the last batch, or behind an empty batch that compaction left in the way. */
export const nextPosition = (fetched: RawPartition, position: number): number => {
  const last = fetched.messages.at(-1);
  if (last === undefined) return position < stableEnd(fetched) ? position + 1 : position;
  const { firstOffset, lastOffsetDelta } = last.batchContext ?? {
    firstOffset: last.offset,
    lastOffsetDelta: 0,
  };
  return Number(firstOffset) + lastOffsetDelta + 1;
};

/** The end of what is decided: the first open transaction, or the end of the log. */
export const stableEnd = ({ lastStableOffset, highWatermark }: RawPartition): number =>
  Number(lastStableOffset ?? highWatermark);
