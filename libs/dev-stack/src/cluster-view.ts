import { BatonError } from '@baton/core';
import { type Admin, Kafka, logLevel } from 'kafkajs';

/** What the brokers say about their partitions. */
export interface ClusterView {
  /** The node id of the broker that leads a partition. */
  leaderOf(topic: string, partition?: number): Promise<number>;
  /** Whether every partition has a leader and all its copies are in sync. */
  inSync(): Promise<boolean>;
}

/** Asks whichever broker answers; nothing stays connected. */
export const createClusterView = (brokers: readonly string[]): ClusterView => {
  const ask = async <T>(question: (admin: Admin) => Promise<T>): Promise<T> => {
    const kafka = new Kafka({
      brokers: [...brokers],
      clientId: 'baton-dev-stack',
      logLevel: logLevel.NOTHING,
      connectionTimeout: 1_000,
      requestTimeout: 5_000,
      retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 10 },
    });
    const admin = kafka.admin();
    try {
      await admin.connect();
      return await question(admin);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  };
  return {
    leaderOf: async (topic, partition = 0) => {
      const { topics } = await ask((admin) => admin.fetchTopicMetadata({ topics: [topic] }));
      const found = topics[0]?.partitions.find(({ partitionId }) => partitionId === partition);
      if (found !== undefined && found.leader > 0) return found.leader;
      throw new BatonError(
        'broker-unavailable',
        `Expected a leader of ${topic}[${partition}], got ${found === undefined ? 'no such partition' : 'none'}. Ask again once the brokers have chosen one.`,
      );
    },
    inSync: async () => {
      const { topics } = await ask((admin) => admin.fetchTopicMetadata());
      const partitions = topics.flatMap((topic) => topic.partitions);
      return partitions.every(({ leader, replicas, isr }) => leader > 0 && isr.length === replicas.length);
    },
  };
};
