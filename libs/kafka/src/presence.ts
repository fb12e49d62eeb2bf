import type { PresenceStore } from '@baton/control';
import { BatonError, isBatonError } from '@baton/core';
import type { Clock, Logger } from '@baton/messaging';
import type { BrokerCalls } from './broker-calls';
import type { ClientFactory } from './client';
import { createRecordWriter, parseJson } from './json-records';
import { startTailReader, type TailReader } from './tail-reader';

export interface PresenceDeps {
  readonly newClient: ClientFactory;
  readonly calls: BrokerCalls;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The addresses that the client was given, for errors. */
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly limitMs?: number;
}

type Present = { readonly at: number; readonly value: unknown };

/** The presence topic; it is read from the first call of `all` on, and held in memory. */
export const createPresenceStore = ({
  newClient,
  calls,
  clock,
  logger,
  brokers,
  topic,
  limitMs = 30_000,
}: PresenceDeps): PresenceStore => {
  // not idempotent: compaction keeps empty batches of idempotent producers, which readers must step over
  const writer = createRecordWriter({
    newClient,
    clock,
    logger,
    idempotent: false,
    reach: { brokers, limitMs },
  });
  const present = new Map<string, Present>();
  let reading: Promise<TailReader> | undefined;
  let state: 'open' | 'closed' = 'open';

  const assertOpen = (): void => {
    if (state === 'closed')
      throw new BatonError('broker-unavailable', `Expected an open reader of ${topic}, got a closed one.`);
  };

  const read = async (): Promise<TailReader> => {
    const [from = 0] = await calls.offsets(topic, 'earliest');
    return startTailReader(
      { newClient, clock, logger },
      {
        topic,
        from,
        onRecord: ({ key, value, timestamp: at }) => {
          const instance = key?.toString('utf8') ?? '';
          if (value === null) present.delete(instance);
          else present.set(instance, { at, value: parseJson(value) });
        },
      },
    );
  };

  /** The topic was made anew: what is known came from the one before. */
  const startAnew = (): void => {
    void reading?.then((reader) => reader.close()).catch(() => {});
    reading = undefined;
    present.clear();
  };

  return {
    put: async (instance, value) => {
      await writer.write(topic, { key: instance, value: JSON.stringify(value), partition: 0 });
    },
    remove: async (instance) => {
      await writer.write(topic, { key: instance, value: null, partition: 0 });
    },
    all: async () => {
      assertOpen();
      const [end = 0] = await calls.offsets(topic, 'end');
      assertOpen();
      reading ??= read().catch((error: unknown) => {
        reading = undefined;
        throw error;
      });
      try {
        await (await reading).reached(end, limitMs);
      } catch (error) {
        if (isBatonError(error, 'data-lost-to-retention')) startAnew();
        throw error;
      }
      return new Map(present);
    },
    close: async () => {
      state = 'closed';
      await Promise.all([writer.close(), reading?.then((reader) => reader.close()).catch(() => {})]);
    },
  };
};
