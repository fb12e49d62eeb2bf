import { randomUUID } from 'node:crypto';
import { silentLogger } from '@baton/messaging';
import { createKafkaPorts, eventTopicSpec, type KafkaPorts, type KafkaPortsOptions } from '../src';

const env = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};

export const brokers = (): string[] => env('KAFKA_BROKERS').split(',');
export const registryUrl = (): string => env('SCHEMA_REGISTRY_URL');

/** Ports on the real broker, with topics and groups of their own that `close` removes. */
export const createTestPorts = (options: Partial<KafkaPortsOptions> = {}) => {
  const suffix = randomUUID().slice(0, 8);
  const control = `test.control.${suffix}`;
  const presence = `test.presence.${suffix}`;
  const ports: KafkaPorts = createKafkaPorts({
    brokers: brokers(),
    clientId: 'baton-kafka-test',
    logger: silentLogger,
    controlTopic: control,
    presenceTopic: presence,
    registryUrl: process.env.SCHEMA_REGISTRY_URL ?? 'http://127.0.0.1:1',
    ...options,
  });
  const made = new Set<string>([control, presence]);
  return {
    ports,
    control,
    presence,
    name: (text: string) => `test.${text}.${suffix}`,
    eventTopic: async (text: string, partitions = 1): Promise<string> => {
      const topic = `test.${text}.${suffix}.v1`;
      made.add(topic);
      await ports.topics.apply([
        eventTopicSpec({ topic, partitions, marginMs: 1_000, retentionMs: 3_600_000 }),
      ]);
      return topic;
    },
    close: async () => {
      await ports.topics.remove([...made]);
      await ports.close();
    },
  };
};

/** Waits until `fact` holds; rejects with the last state seen after `limitMs`. */
export const eventually = async (fact: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> => {
  const deadline = Date.now() + limitMs;
  while (!(await fact())) {
    if (Date.now() > deadline) throw new Error(`Still not true after ${limitMs} ms: ${fact}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
