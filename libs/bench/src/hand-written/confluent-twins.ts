import { loadPeer } from '../peers';
import type { World } from '../row';
import { uniqueName } from '../unique-name';
import type { Place } from '../workload/place';
import type { BatchSender } from '../workload/twin-sender';
import { commitTwins, type TransactionalClient } from './commit-twins';
import { type HandWrittenHeaders, twinEncoder } from './encode';

/** What is used of @confluentinc/kafka-javascript, which is not installed with the project. */
interface Confluent {
  readonly KafkaJS: {
    readonly Kafka: new (config: object) => { producer(config: object): ConfluentProducer };
    readonly logLevel: { readonly NOTHING: number };
  };
}

interface ConfluentProducer extends TransactionalClient {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
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
  return {
    encode: twinEncoder(place, headers),
    commit: commitTwins(producer, place),
    close: () => producer.disconnect(),
  };
};
