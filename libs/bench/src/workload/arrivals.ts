import { handWrittenClient } from '../hand-written/client';
import { uniqueName } from '../unique-name';
import { nowMicros, pause } from './open-loop';
import type { Place } from './place';

/** What became visible in the topic of version 2, whoever sent it. */
export interface Arrivals {
  count(): number;
  /** Milliseconds from the time in the key to the arrival; only for keys that `timedKey` made. */
  readonly latencies: readonly number[];
  /** When the last one came, by `performance.now()`. */
  lastAt(): number;
  until(count: number): Promise<void>;
}

/** A key that says when the event was due, so that nobody has to decode anything to know it. */
export const timedKey = (n: number, atMicros: number): string => `${n % 1_000}@${atMicros}`;

/** Watches the topic of version 2 with kafkajs; resolves once it reads. */
export const watchArrivals = async (place: Place): Promise<Arrivals> => {
  const consumer = handWrittenClient(place.brokers).consumer({ groupId: uniqueName('watch') });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  const latencies: number[] = [];
  let count = 0;
  let last = 0;
  await consumer.connect();
  await consumer.subscribe({ topics: [place.topics[1]], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch: { messages } }) => {
      const now = nowMicros();
      last = performance.now();
      count += messages.length;
      for (const { key } of messages) {
        const at = Number(String(key).split('@')[1]);
        if (at > 0) latencies.push((now - at) / 1_000);
      }
    },
  });
  await joined;
  return {
    count: () => count,
    latencies,
    lastAt: () => last,
    until: async (wanted) => {
      while (count < wanted) await pause(2);
    },
  };
};
