import { BatonError, isBatonError } from '@baton/core';
import {
  type Clock,
  delay,
  type FetchedRecord,
  type Logger,
  readCommittedFilter,
  settleWithin,
} from '@baton/messaging';
import type { ClientFactory } from './client';
import { assertFetchRepairLoaded } from './fetch-check';
import { connectForReading, type FetchedPage, fetchPartition } from './fetch-partition';
import type { RawCluster } from './kafkajs-internals';
import { createPositionWaiters } from './position-waiters';

/** Reads partition 0 of a topic from its first record on, in no group, for as long as it is open. */
export interface TailReader {
  /** Resolves once every record below `offset` was delivered; rejects with `broker-unavailable` after `limitMs`. */
  reached(offset: number, limitMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface TailReaderOptions {
  readonly topic: string;
  readonly from: number;
  readonly onRecord: (record: FetchedRecord) => void;
}

export interface TailReaderDeps {
  readonly newClient: ClientFactory;
  readonly clock: Clock;
  readonly logger: Logger;
}

const longPollMs = 500;

/** Begins to read at once; a broker that goes away is waited for. */
export const startTailReader = async (
  { newClient, clock, logger }: TailReaderDeps,
  { topic, from, onRecord }: TailReaderOptions,
): Promise<TailReader> => {
  await assertFetchRepairLoaded();
  let position = from;
  let open = true;
  let failure: BatonError | undefined;
  let cluster: RawCluster | undefined;
  const waiters = createPositionWaiters(clock);

  const advance = ({ records, aborted, nextOffset }: FetchedPage): void => {
    [...records].filter(readCommittedFilter(aborted)).forEach(onRecord);
    position = nextOffset;
    waiters.passed(position);
  };

  const fail = (error: BatonError): void => {
    failure = error;
    open = false;
    waiters.fail(error);
  };

  const loop = async (): Promise<void> => {
    for (let pause = 50; open; ) {
      try {
        cluster ??= await connectForReading(newClient, topic);
        const place = { topic, partition: 0 };
        const page = await fetchPartition(cluster, place, { position, waitMs: longPollMs });
        if (open && page !== undefined) advance(page);
        pause = 50;
      } catch (error) {
        const given = cluster;
        cluster = undefined;
        await settleWithin(clock, 2_000, async () => given?.disconnect());
        if (isBatonError(error, 'data-lost-to-retention')) fail(error);
        else logger.debug({ topic, error: String(error) }, 'reading again');
        if (open) await delay(clock, pause);
        pause = Math.min(pause * 2, 1_000);
      }
    }
  };
  const running = loop();

  return {
    reached: async (offset, limitMs) => {
      if (failure !== undefined) throw failure;
      if (offset > position) {
        await waiters.wait(offset, { ms: limitMs, error: () => late(topic, offset, limitMs) });
      }
    },
    close: async () => {
      if (open)
        fail(new BatonError('broker-unavailable', `Expected an open reader of ${topic}, got a closed one.`));
      await settleWithin(clock, 5_000, async () => {
        await cluster?.disconnect();
        await running;
        await cluster?.disconnect();
      });
    },
  };
};

const late = (topic: string, offset: number, limitMs: number): BatonError =>
  new BatonError(
    'broker-unavailable',
    `Expected to read ${topic} to offset ${offset} within ${limitMs} ms, but could not. Check that the brokers are reachable.`,
  );
