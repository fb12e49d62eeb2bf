import type { ErrorCode } from '@baton/core';
import { BatonError } from '@baton/core';
import type {
  Clock,
  OutgoingRecord,
  TransactionalProducer,
  TransactionalProducerFactory,
} from '@baton/messaging';
import { type Message, Partitioners, type Producer, type Transaction } from 'kafkajs';
import type { ClientFactory } from './client';
import { settleWithin, toBatonError, withDeadline } from './errors';

export interface TransactionalProducerDeps {
  readonly newClient: ClientFactory;
  readonly clock: Clock;
  /** How long the broker lets a transaction stay open. */
  readonly transactionTimeoutMs?: number;
  /** How long one call may take; less than the transaction timeout, so that the broker never ends it first. */
  readonly callLimitMs?: number;
}

/** Transactional producers on kafkajs, with the retry that lets many transactions follow one another. */
export const createTransactionalProducerFactory =
  ({
    newClient,
    clock,
    transactionTimeoutMs = 12_000,
    callLimitMs = 10_000,
  }: TransactionalProducerDeps): TransactionalProducerFactory =>
  async (transactionalId) => {
    const producer = newClient().producer({
      transactionalId,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: transactionTimeoutMs,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { initialRetryTime: 5, multiplier: 1.2, maxRetryTime: 100, retries: 50 },
    });
    const bounded: Bounded = (what, call, code = 'broker-unavailable') =>
      withDeadline(call(), { clock, ms: callLimitMs, code, what }).catch((error: unknown) => {
        throw toBatonError(error, what, code);
      });
    const close = closing(producer, clock);
    try {
      await bounded(`Connecting producer ${transactionalId}`, () => producer.connect());
      // kafkajs asks for a producer id, which is what fences, at the first transaction and not at connect
      await bounded(`Fencing producer ${transactionalId}`, async () =>
        (await producer.transaction()).abort(),
      );
    } catch (error) {
      await close();
      throw error;
    }
    return createProducer(producer, { transactionalId, bounded, close });
  };

type Bounded = <T>(what: string, call: () => Promise<T>, code?: ErrorCode) => Promise<T>;

const createProducer = (
  producer: Producer,
  {
    transactionalId,
    bounded,
    close,
  }: { transactionalId: string; bounded: Bounded; close: () => Promise<void> },
): TransactionalProducer => {
  let open: Transaction | undefined;

  const transaction = (): Transaction => {
    if (open === undefined) {
      throw new BatonError(
        'invalid-argument',
        `Expected an open transaction of ${transactionalId}, got none. Call begin first.`,
      );
    }
    return open;
  };

  const end = async (how: 'commit' | 'abort'): Promise<void> => {
    const ending = transaction();
    await bounded(
      `The ${how} of a transaction of ${transactionalId}`,
      () => ending[how](),
      'outcome-unknown',
    );
    open = undefined;
  };

  return {
    begin: async () => {
      open = await bounded(`Opening a transaction of ${transactionalId}`, () => producer.transaction());
    },
    send: async (records) => {
      const { sendBatch } = transaction();
      if (records.length === 0) return;
      await bounded(`Sending in a transaction of ${transactionalId}`, () =>
        sendBatch({ topicMessages: byTopic(records) }),
      );
    },
    commit: () => end('commit'),
    abort: () => end('abort'),
    close,
  };
};

/** A send that was given up may open connections again; so the producer is disconnected once more a while later. */
const closing = (producer: Producer, clock: Clock): (() => Promise<void>) => {
  let closed: Promise<void> | undefined;
  return () => {
    closed ??= settleWithin(clock, 5_000, () => producer.disconnect());
    return closed;
  };
};

const byTopic = (records: readonly OutgoingRecord[]): { topic: string; messages: Message[] }[] => {
  const topics = new Map<string, Message[]>();
  for (const { topic, partition, key, value, headers, timestamp } of records) {
    const message = { key, value, partition, headers: { ...headers }, timestamp: String(timestamp) };
    const known = topics.get(topic);
    if (known === undefined) topics.set(topic, [message]);
    else known.push(message);
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
};
