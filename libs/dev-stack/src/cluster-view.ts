import { connect } from 'node:net';
import { BatonError } from '@baton/core';
import { type ISocketFactory, type ITopicMetadata, Kafka, logLevel } from 'kafkajs';

/** What the brokers say about their partitions. */
export interface ClusterView {
  /** The node id of the broker that leads a partition, as the first broker to answer says. */
  leaderOf(topic: string, partition?: number): Promise<number>;
  /** Whether every broker answers, and says that every partition has a leader and all its copies are in sync. */
  inSync(): Promise<boolean>;
}

/** Asks each broker by itself, because one that hangs must keep nobody waiting; nothing stays connected. */
export const createClusterView = (brokers: readonly string[]): ClusterView => ({
  leaderOf: async (topic, partition = 0) => {
    const topics = await Promise.any(brokers.map((broker) => topicsSeenBy(broker, [topic]))).catch(() => []);
    const found = topics[0]?.partitions.find(({ partitionId }) => partitionId === partition);
    if (found !== undefined && found.leader > 0) return found.leader;
    throw new BatonError(
      'broker-unavailable',
      `Expected a leader of ${topic}[${partition}], got none. Ask again once the brokers have chosen one.`,
    );
  },
  inSync: async () => {
    const views = await Promise.all(brokers.map((broker) => topicsSeenBy(broker).catch(() => undefined)));
    return views.every((topics) =>
      topics?.every(({ partitions }) =>
        partitions.every(({ leader, replicas, isr }) => leader > 0 && isr.length === replicas.length),
      ),
    );
  },
});

const topicsSeenBy = async (
  broker: string,
  topics?: readonly string[],
): Promise<readonly ITopicMetadata[]> => {
  const kafka = new Kafka({
    brokers: [broker],
    clientId: 'baton-dev-stack',
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    retry: { retries: 0 },
    socketFactory: alwaysTo(broker),
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return (await admin.fetchTopicMetadata(topics === undefined ? undefined : { topics: [...topics] }))
      .topics;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
};

/** The client asks any broker that it hears of; all of its connections lead to this one. */
const alwaysTo = (broker: string): ISocketFactory => {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(broker) ?? [];
  return ({ onConnect }) => connect({ host, port: Number(port) }, onConnect);
};
