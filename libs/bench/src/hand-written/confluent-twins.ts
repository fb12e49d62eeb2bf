import { loadPeer } from '../peers';
import type { World } from '../row';
import { uniqueName } from '../unique-name';
import type { Place } from '../workload/place';
import type { BatchSender } from '../workload/twin-sender';
import { type HandWrittenHeaders, twinEncoder } from './encode';

/** What is used of @confluentinc/kafka-javascript, which is not installed with the project. */
interface Confluent {
  readonly KafkaJS: {
    readonly Kafka: new (config: object) => { producer(config: object): ConfluentProducer };
    readonly logLevel: { readonly NOTHING: number };
  };
}

interface ConfluentProducer {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  transaction(): Promise<ConfluentTransaction>;
}

interface ConfluentTransaction {
  sendBatch(batch: { topicMessages: readonly object[] }): Promise<unknown>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

/** Atomic twins with the client that is built on librdkafka: one transaction over both topics. */
export const confluentTwins = async (
  world: World,
  place: Place,
  headers: HandWrittenHeaders,
): Promise<BatchSender> => {
  const { KafkaJS } = loadPeer<Confluent>(world, '@confluentinc/kafka-javascript');
  const kafka = new KafkaJS.Kafka({
    kafkaJS: { brokers: [...place.brokers], logLevel: KafkaJS.logLevel.NOTHING },
  });
  const producer = kafka.producer({
    kafkaJS: { transactionalId: uniqueName('confluent'), idempotent: true },
    ...{ 'linger.ms': 1, 'batch.num.messages': 10_000, partitioner: 'murmur2_random' },
  });
  await producer.connect();
  const [first, second] = place.topics;
  return {
    encode: twinEncoder(place, headers),
    commit: async ([v1, v2]) => {
      const transaction = await producer.transaction();
      await transaction.sendBatch({
        topicMessages: [
          { topic: first, messages: v1 },
          { topic: second, messages: v2 },
        ],
      });
      await transaction.commit();
    },
    close: () => producer.disconnect(),
  };
};
