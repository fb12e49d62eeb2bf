import { Partitioners } from 'kafkajs';
import { uniqueName } from '../unique-name';
import type { Place } from '../workload/place';
import type { BatchSender } from '../workload/twin-sender';
import { handWrittenClient } from './client';
import { commitTwins } from './commit-twins';
import { type HandWrittenHeaders, twinEncoder } from './encode';

/** Atomic twins with kafkajs alone, set up as one would after measuring: the default retry makes 40 transactions a second. */
export const kafkajsTwins = async (place: Place, headers: HandWrittenHeaders): Promise<BatchSender> => {
  const producer = handWrittenClient(place.brokers).producer({
    ...{ transactionalId: uniqueName('hand-written'), idempotent: true, maxInFlightRequests: 1 },
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { initialRetryTime: 5, multiplier: 1.2, maxRetryTime: 100, retries: 50 },
  });
  await producer.connect();
  return {
    encode: twinEncoder(place, headers),
    commit: commitTwins(producer, place),
    close: () => producer.disconnect(),
  };
};
