import { isBatonError } from '@baton/core';
import {
  type Clock,
  type RecordReader,
  readCommittedFilter,
  settleWithin,
  type TopicPartition,
} from '@baton/messaging';
import type { BrokerCalls } from './broker-calls';
import type { ClientFactory } from './client';
import { toBatonError, withDeadline } from './errors';
import { assertFetchRepairLoaded } from './fetch-check';
import { connectForReading, fetchPartition } from './fetch-partition';
import type { RawCluster } from './kafkajs-internals';

export interface RecordReaderDeps {
  readonly newClient: ClientFactory;
  readonly calls: BrokerCalls;
  readonly clock: Clock;
  /** How long one reading may take. */
  readonly limitMs: number;
}

const longPollMs = 50;

/** Reads partitions page by page, over one connection for each topic, which is made anew after an error. */
export const createRecordReader = ({ newClient, calls, clock, limitMs }: RecordReaderDeps): RecordReader => {
  const clusters = new Map<string, Promise<RawCluster>>();

  const connected = (topic: string): Promise<RawCluster> => {
    const known = clusters.get(topic);
    if (known !== undefined) return known;
    const connecting = assertFetchRepairLoaded().then(() => connectForReading(newClient, topic));
    clusters.set(topic, connecting);
    return connecting;
  };

  const drop = async (topic: string): Promise<void> => {
    const given = clusters.get(topic);
    clusters.delete(topic);
    await settleWithin(clock, 2_000, async () => (await given)?.disconnect());
  };

  const readAt = async (place: TopicPartition, position: number) => {
    const cluster = await connected(place.topic);
    const fetched = await fetchPartition(cluster, place, { position, waitMs: longPollMs });
    if (fetched === undefined) return { records: [], nextOffset: position };
    const { records, aborted, nextOffset } = fetched;
    return { records: [...records].filter(readCommittedFilter(aborted)), nextOffset };
  };

  return {
    read: async (place, offset) => {
      const what = `Reading ${place.topic}/${place.partition}`;
      const start = (await calls.offsets(place.topic, 'earliest'))[place.partition] ?? 0;
      try {
        return await withDeadline(readAt(place, Math.max(offset, start)), {
          clock,
          ms: limitMs,
          code: 'broker-unavailable',
          what,
        });
      } catch (error) {
        await drop(place.topic);
        throw isBatonError(error) ? error : toBatonError(error, what);
      }
    },
    close: async () => {
      await Promise.all([...clusters.keys()].map(drop));
    },
  };
};
