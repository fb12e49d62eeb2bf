import type { ErrorCode } from '@baton/core';
import { BatonError } from '@baton/core';
import {
  type Clock,
  type OutgoingRecord,
  settleWithin,
  type TransactionalProducer,
  type TransactionalProducerFactory,
} from '@baton/messaging';
import { KafkaJSNonRetriableError, type PartitionerArgs, type Producer, type Transaction } from 'kafkajs';
import type { ClientFactory } from './client';
import { toBatonError, withDeadline } from './errors';
import { WholeMessage } from './produce-request';
import { SendLeaders } from './send-leaders';

export interface TransactionalProducerDeps {
  readonly newClient: ClientFactory;
  readonly clock: Clock;
  /** How long the broker lets a transaction stay open. */
  readonly transactionTimeoutMs?: number;
  /** How long one call may take; less than the transaction timeout, so that the broker never ends it first. */
  readonly callLimitMs?: number;
  /** Asks for the coordinator of a transactional id and rejects with the broker's reason why it names none. */
  readonly findCoordinator?: (transactionalId: string) => Promise<unknown>;
}

/** Transactional producers on kafkajs, with the retry that lets many transactions follow one another. */
export const createTransactionalProducerFactory =
  ({
    newClient,
    clock,
    transactionTimeoutMs = 12_000,
    callLimitMs = 10_000,
    findCoordinator,
  }: TransactionalProducerDeps): TransactionalProducerFactory =>
  async (transactionalId) => {
    let closed = false;
    const leaders = new SendLeaders();
    const producer = newClient().producer({
      transactionalId,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: transactionTimeoutMs,
      allowAutoTopicCreation: false,
      createPartitioner: () => (args) => explicitPartition(args, { closed, leaders }),
      retry: { initialRetryTime: 5, multiplier: 1.2, maxRetryTime: 100, retries: 50 },
    });
    const running = new Set<Promise<unknown>>();
    const bounded: Bounded = async (what, call, code = 'broker-unavailable') => {
      const called = call();
      running.add(called);
      try {
        return await withDeadline(called, { clock, ms: callLimitMs, code, what });
      } catch (error) {
        throw toBatonError(error, what, code);
      } finally {
        called.catch(() => {}).finally(() => running.delete(called));
      }
    };
    const close = closing(producer, {
      clock,
      running,
      onClose: () => {
        closed = true;
      },
    });
    try {
      await bounded(`Connecting producer ${transactionalId}`, () => producer.connect());
      // kafkajs asks for a producer id, which is what fences, at the first transaction and not at connect
      await bounded(`Fencing producer ${transactionalId}`, async () =>
        (await producer.transaction()).abort(),
      );
    } catch (error) {
      await close();
      // kafkajs says only that it found none
      if (hasNoCoordinator(error)) await findCoordinator?.(transactionalId);
      throw error;
    }
    return createProducer(producer, { transactionalId, bounded, leaders, close });
  };

const hasNoCoordinator = (error: unknown): boolean => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'KafkaJSGroupCoordinatorNotFound') return true;
  }
  return false;
};

type Bounded = <T>(what: string, call: () => Promise<T>, code?: ErrorCode) => Promise<T>;

const createProducer = (
  producer: Producer,
  {
    transactionalId,
    bounded,
    leaders,
    close,
  }: { transactionalId: string; bounded: Bounded; leaders: SendLeaders; close: () => Promise<void> },
): TransactionalProducer => {
  let open: Transaction | undefined;
  /** `broken` from the first error on: what the broker holds is unknown then, and only a successor can go on. */
  let state: 'idle' | 'open' | 'broken' | 'closed' = 'idle';

  const step = async <T>(
    from: 'idle' | 'open',
    to: 'idle' | 'open',
    request: () => Promise<T>,
  ): Promise<T> => {
    if (state !== from) throw outOfTurn(transactionalId, { expected: from, got: state });
    state = 'broken';
    const answer = await request();
    if (state === 'broken') state = to;
    return answer;
  };

  const end = (how: 'commit' | 'abort'): Promise<void> =>
    step('open', 'idle', async () => {
      const what = `The ${how} of a transaction of ${transactionalId}`;
      await bounded(what, async () => open?.[how](), 'outcome-unknown');
    });

  return {
    begin: () =>
      step('idle', 'open', async () => {
        open = await bounded(`Opening a transaction of ${transactionalId}`, () => producer.transaction());
      }),
    send: (records) =>
      step('open', 'open', async () => {
        if (records.length === 0) return;
        const topicMessages = byTopic(records);
        const what = `Sending in a transaction of ${transactionalId}`;
        leaders.begin();
        await bounded(what, async () => open?.sendBatch({ topicMessages }));
      }),
    commit: () => end('commit'),
    abort: () => end('abort'),
    close: () => {
      state = 'closed';
      return close();
    },
  };
};

const outOfTurn = (id: string, { expected, got }: { expected: string; got: string }): BatonError =>
  new BatonError(
    'invalid-argument',
    `Expected producer ${id} to be ${expected}, got one that is ${got}. Call begin, send, then commit or abort; after an error close it and make another.`,
  );

/** Asked at each attempt to send, so this is also where an attempt ends that must not go on. */
const explicitPartition = (
  args: PartitionerArgs,
  { closed, leaders }: { closed: boolean; leaders: SendLeaders },
): number => {
  const { topic, message } = args;
  if (closed) throw new KafkaJSNonRetriableError('The producer is closed');
  if (message.partition === undefined) {
    throw new KafkaJSNonRetriableError(`Expected an explicit partition of ${topic}`);
  }
  leaders.check(args, message.partition);
  return message.partition;
};

interface Closing {
  readonly clock: Clock;
  readonly running: ReadonlySet<Promise<unknown>>;
  readonly onClose: () => void;
}

/** A call that was given up goes on in kafkajs and may connect again; so the producer is disconnected after it too. */
const closing = (producer: Producer, { clock, running, onClose }: Closing): (() => Promise<void>) => {
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    onClose();
    await settleWithin(clock, 5_000, () => producer.disconnect());
    void Promise.allSettled(running)
      .then(() => producer.disconnect())
      .catch(() => {});
  };
  return () => {
    closed ??= close();
    return closed;
  };
};

const byTopic = (records: readonly OutgoingRecord[]): { topic: string; messages: WholeMessage[] }[] => {
  const topics = new Map<string, WholeMessage[]>();
  for (const record of records) {
    const message = new WholeMessage(record);
    const known = topics.get(record.topic);
    if (known === undefined) topics.set(record.topic, [message]);
    else known.push(message);
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
};
