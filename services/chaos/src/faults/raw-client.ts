import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';

/** A foreign client as it comes: nothing of Baton, nothing repaired. */
export const rawClient = (brokers: readonly string[]): Kafka =>
  new Kafka({ brokers: [...brokers], clientId: 'foreign', logLevel: logLevel.NOTHING });

/** Opens a foreign producer for the time of `use`. */
export const withRawProducer = async (
  brokers: readonly string[],
  use: (producer: Producer) => Promise<void>,
): Promise<void> => {
  const producer = rawClient(brokers).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    await use(producer);
  } finally {
    await producer.disconnect();
  }
};
