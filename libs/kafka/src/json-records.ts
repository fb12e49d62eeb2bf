import { BatonError, isBatonError } from '@baton/core';
import { type Clock, delay, type Logger, settleWithin } from '@baton/messaging';
import { type Message, Partitioners, type Producer, type RecordMetadata } from 'kafkajs';
import type { ClientFactory } from './client';
import { protocolErrorOf, type Reach, toBatonError, unreachable, withDeadline } from './errors';

/** Writes single records, acknowledged by all replicas, one at a time. */
export interface RecordWriter {
  /** Rejects with `outcome-unknown` where the record may or may not be stored. */
  write(topic: string, message: Message): Promise<RecordMetadata>;
  close(): Promise<void>;
}

export interface RecordWriterDeps {
  readonly newClient: ClientFactory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly idempotent: boolean;
  /** Whom it writes to, and how long it tries to connect. */
  readonly reach: Reach;
}

const writeLimitMs = 15_000;
const reconnectMs = 200;

/** Connects at the first write; after any error the producer is replaced, since its state is unknown. */
export const createRecordWriter = ({
  newClient,
  clock,
  logger,
  idempotent,
  reach,
}: RecordWriterDeps): RecordWriter => {
  let connecting: Promise<Producer> | undefined;
  let closed = false;

  const connected = async (what: string): Promise<Producer> => {
    if (closed)
      throw new BatonError('broker-unavailable', `${what}: expected an open writer, got a closed one.`);
    connecting ??= untilConnected(what);
    return withDeadline(connecting, {
      clock,
      ms: reach.limitMs,
      code: 'broker-unavailable',
      what,
    }).catch((error: unknown) => {
      if (protocolErrorOf(error) !== undefined) throw error;
      throw unreachable(what, reach, isBatonError(error) ? undefined : error);
    });
  };

  /** kafkajs gives up earlier than its caller wants to wait: a broker that is away for a while comes back. */
  const untilConnected = async (what: string): Promise<Producer> => {
    const deadline = clock.now() + reach.limitMs;
    for (;;) {
      try {
        return await connect(newClient, idempotent);
      } catch (error) {
        if (closed || protocolErrorOf(error) !== undefined || clock.now() >= deadline) throw error;
        logger.debug({ error: String(error) }, `${what}: connecting again`);
        await delay(clock, reconnectMs);
      }
    }
  };

  const drop = async (): Promise<void> => {
    const given = connecting;
    connecting = undefined;
    await settleWithin(clock, 5_000, async () => (await given)?.disconnect());
  };

  return {
    write: async (topic, message) => {
      const what = `Writing to ${topic}`;
      try {
        const producer = await connected(what);
        const sending = producer.send({ topic, messages: [message], acks: -1 });
        const stored = await withDeadline(sending, {
          clock,
          ms: writeLimitMs,
          what,
          code: 'outcome-unknown',
        }).catch((error: unknown) => {
          // what was given up goes on in kafkajs and may connect again
          void sending.catch(() => {}).then(() => producer.disconnect());
          throw toBatonError(error, what, 'outcome-unknown');
        });
        return stored[0] ?? { topicName: topic, partition: 0, errorCode: 0 };
      } catch (error) {
        logger.debug({ topic, error: String(error) }, 'replacing the producer');
        void drop();
        throw toBatonError(error, what);
      }
    },
    close: async () => {
      closed = true;
      await drop();
    },
  };
};

const connect = async (newClient: ClientFactory, idempotent: boolean): Promise<Producer> => {
  const producer = newClient().producer({
    idempotent,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { initialRetryTime: 50, multiplier: 1.5, maxRetryTime: 1_000, retries: 15 },
  });
  try {
    await producer.connect();
    return producer;
  } catch (error) {
    await producer.disconnect().catch(() => {});
    throw error;
  }
};

/** The JSON in a record's value; `undefined` if there is none. */
export const parseJson = (value: Buffer | null): unknown => {
  if (value === null) return undefined;
  try {
    return JSON.parse(value.toString('utf8'));
  } catch {
    return undefined;
  }
};
