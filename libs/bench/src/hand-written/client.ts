import { Kafka, logLevel } from 'kafkajs';

/** A stock kafkajs client, as one writes it by hand. */
export const handWrittenClient = (brokers: readonly string[]): Kafka =>
  new Kafka({ brokers: [...brokers], clientId: 'hand-written', logLevel: logLevel.NOTHING });
