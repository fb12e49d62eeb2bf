import { Kafka, logLevel, type Message, Partitioners } from 'kafkajs';
import { uniqueName } from '../unique-name';
import type { Place } from '../workload/place';
import type { BatchSender } from '../workload/twin-sender';
import { type HandWrittenHeaders, twinEncoder } from './encode';

/** A kafkajs client as one would set it up after measuring: the default retry makes 40 transactions a second. */
export const handWrittenClient = ({ brokers }: Pick<Place, 'brokers'>): Kafka =>
  new Kafka({ brokers: [...brokers], clientId: 'hand-written', logLevel: logLevel.NOTHING });

/** Atomic twins with kafkajs alone: one transaction over both topics, with its best settings. */
export const kafkajsTwins = async (place: Place, headers: HandWrittenHeaders): Promise<BatchSender> => {
  const producer = handWrittenClient(place).producer({
    ...{ transactionalId: uniqueName('hand-written'), idempotent: true, maxInFlightRequests: 1 },
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { initialRetryTime: 5, multiplier: 1.2, maxRetryTime: 100, retries: 50 },
  });
  await producer.connect();
  const [first, second] = place.topics;
  return {
    encode: twinEncoder(place, headers),
    commit: async ([v1, v2]) => {
      const transaction = await producer.transaction();
      try {
        await transaction.sendBatch({
          topicMessages: [
            { topic: first, messages: v1 as Message[] },
            { topic: second, messages: v2 as Message[] },
          ],
        });
        await transaction.commit();
      } catch (error) {
        await transaction.abort();
        throw error;
      }
    },
    close: () => producer.disconnect(),
  };
};
