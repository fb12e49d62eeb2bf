import { BatonError } from '@baton/core';
import type { FetchedBatch, TopicPartition } from '@baton/messaging';
import type { ClientFactory } from './client';
import { fetchedBatchOf, rawBatchesRack } from './fetch-repair';
import { clusterOf, type RawCluster, type RawFetchResponse } from './kafkajs-internals';

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

/** What one fetch of one partition returned, and where that ends. */
export interface FetchedPage extends FetchedBatch {
  /** Where the next fetch begins. */
  readonly nextOffset: number;
  /** The end of what is decided: the first open transaction, or the end of the log. */
  readonly stableEnd: number;
}

/** Fetches once from `position` on, waiting at most `waitMs` for a record. */
export const fetchPartition = async (
  cluster: RawCluster,
  { topic, partition }: TopicPartition,
  { position, waitMs }: { readonly position: number; readonly waitMs: number },
): Promise<FetchedPage | undefined> => {
  const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (leader === undefined)
    throw new BatonError('broker-unavailable', `Expected a leader of ${topic} ${partition}, got none.`);
  const broker = await cluster.findBroker({ nodeId: leader });
  const fetchedOffset = String(position);
  const { responses } = (await broker.fetch({
    maxWaitTime: waitMs,
    minBytes: 1,
    maxBytes,
    isolationLevel: readCommitted,
    topics: [{ topic, partitions: [{ partition, fetchOffset: fetchedOffset, maxBytes }] }],
    rackId: rawBatchesRack,
  })) as RawFetchResponse;
  const fetched = responses[0]?.partitions[0];
  if (fetched === undefined) return undefined;
  const { messages, lastStableOffset } = fetched;
  const [set] = messages;
  return {
    ...fetchedBatchOf({ topic, partition, fetchedOffset, messages }),
    nextOffset: set === undefined ? position : Math.max(position, Number(set.offset) + 1),
    stableEnd: Number(lastStableOffset),
  };
};
