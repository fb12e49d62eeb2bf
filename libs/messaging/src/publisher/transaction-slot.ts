import { BatonError } from '@baton/core';
import type { OutgoingRecord } from '../ports/records';
import type { Clock, Logger } from '../ports/runtime';
import { delay } from '../ports/runtime';
import type { TransactionalProducer, TransactionalProducerFactory } from '../ports/transactional-producer';
import { Fencings, type Rival } from './fencings';

/** What one attempt to commit came to. After `failed`, `committing` says whether the commit itself was under way. */
export type Attempt =
  | { readonly kind: 'committed' }
  | { readonly kind: 'failed'; readonly committing: boolean; readonly error: unknown };

/** What became of attempts so far; of the `unknown` ones nobody can say, since the commit itself failed. */
export interface TransactionOutcomes {
  committed: number;
  failed: number;
  unknown: number;
}

/**
 * One transactional id and whatever producer carries it now. A producer that reported any error is never used
 * again: its state is unknown, and making its successor fences it and ends its transaction one way or the other.
 */
export interface TransactionSlot {
  /**
   * Makes all records visible at once, or reports a failure whose outcome may be either. `mayCommit` is asked once the
   * records are written: if the answer is no, nothing of them ever becomes visible.
   */
  attempt(records: readonly OutgoingRecord[], mayCommit?: () => boolean): Promise<Attempt>;
  /**
   * Connects ahead of the next attempt; rejects if the broker cannot be reached. Once it resolves, no failed attempt
   * before can take effect any more: its producer has a successor, which fences it.
   */
  open(): Promise<void>;
  replaced(): number;
  /** Set while another process seems to use the same transactional id. */
  rival(): Rival | undefined;
  close(): Promise<void>;
}

export const createTransactionSlot = ({
  transactionalId,
  createProducer,
  clock,
  logger,
  outcomes = { committed: 0, failed: 0, unknown: 0 },
}: {
  transactionalId: string;
  createProducer: TransactionalProducerFactory;
  clock: Clock;
  logger: Logger;
  /** Counted up here. */
  outcomes?: TransactionOutcomes;
}): TransactionSlot => {
  const fencings = new Fencings({ transactionalId, clock, logger });
  let producer: TransactionalProducer | undefined;
  let opening: Promise<TransactionalProducer> | undefined;
  let replaced = 0;
  let state: 'open' | 'closed' = 'open';

  const open = async (): Promise<TransactionalProducer> => {
    try {
      const made = await createProducer(transactionalId);
      if (state === 'closed') await made.close();
      else producer = made;
      return made;
    } finally {
      opening = undefined;
    }
  };

  /** One at a time: two producers made side by side would fence each other. */
  const connected = async (): Promise<TransactionalProducer> => {
    if (producer !== undefined) return producer;
    opening ??= open();
    return opening;
  };

  const discard = async (): Promise<void> => {
    const broken = producer;
    producer = undefined;
    replaced += 1;
    try {
      await broken?.close();
    } catch (error) {
      logger.debug({ transactionalId, err: error }, 'broken producer not closed');
    }
  };

  return {
    open: async () => {
      await connected();
    },
    attempt: async (records, mayCommit = () => true) => {
      let committing = false;
      try {
        const current = await connected();
        await current.begin();
        await current.send(records);
        if (!mayCommit()) {
          await current.abort();
          throw new BatonError('generation-ended', 'Expected to commit in time, but the time is over.');
        }
        committing = true;
        await current.commit();
        outcomes.committed += 1;
        return { kind: 'committed' };
      } catch (error) {
        logger.warn({ transactionalId, committing, err: error }, 'transaction failed, producer replaced');
        outcomes[committing ? 'unknown' : 'failed'] += 1;
        const pauseMs = fencings.failed(error);
        await discard();
        await delay(clock, pauseMs);
        return { kind: 'failed', committing, error };
      }
    },
    replaced: () => replaced,
    rival: () => fencings.rival(),
    close: async () => {
      state = 'closed';
      const last = producer;
      producer = undefined;
      await last?.close();
    },
  };
};
