import type { Place } from '../workload/place';
import type { EncodedBatch } from '../workload/twin-sender';

/** What the clients for Node.js have in common. */
export interface TransactionalClient {
  transaction(): Promise<{
    sendBatch(batch: { topicMessages: never[] }): Promise<unknown>;
    commit(): Promise<void>;
    abort(): Promise<void>;
  }>;
}

/** Commits twins in one transaction over both topics. */
export const commitTwins =
  (producer: TransactionalClient, { topics: [first, second] }: Place) =>
  async ([v1, v2]: EncodedBatch): Promise<void> => {
    const transaction = await producer.transaction();
    try {
      const topicMessages = [
        { topic: first, messages: v1 },
        { topic: second, messages: v2 },
      ];
      await transaction.sendBatch({ topicMessages: topicMessages as never[] });
      await transaction.commit();
    } catch (error) {
      await transaction.abort();
      throw error;
    }
  };
