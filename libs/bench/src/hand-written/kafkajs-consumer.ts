import { uniqueName } from '../unique-name';
import type { LoanV1 } from '../workload/loan';
import type { Place } from '../workload/place';
import { handWrittenClient } from './client';
import { loanDecoder } from './decode';

const commitEveryMs = 500;

/**
 * Reads one topic with kafkajs alone and its best settings: batches, commits of its own every half second. Resolves
 * once it has joined.
 */
export const startKafkajsConsumer = async (
  place: Place,
  onLoan: (loan: LoanV1) => Promise<void>,
): Promise<{ stop(): Promise<void> }> => {
  const decode = loanDecoder(1);
  const consumer = handWrittenClient(place.brokers).consumer({ groupId: uniqueName('hand-written') });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.connect();
  await consumer.subscribe({ topics: [place.topics[0]], fromBeginning: true });
  let lastCommit = performance.now();
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: place.partitions,
    eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
      for (const { value, offset } of batch.messages) {
        if (value !== null) await onLoan(decode(value));
        resolveOffset(offset);
      }
      await heartbeat();
      if (performance.now() - lastCommit < commitEveryMs) return;
      lastCommit = performance.now();
      const { topic, partition } = batch;
      await consumer.commitOffsets([{ topic, partition, offset: String(Number(batch.lastOffset()) + 1) }]);
    },
  });
  await joined;
  return { stop: () => consumer.disconnect() };
};
