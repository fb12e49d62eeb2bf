import type { OutgoingRecord } from '../ports/records';
import type { Clock, Logger } from '../ports/runtime';
import { delay } from '../ports/runtime';
import type { TransactionalProducer, TransactionalProducerFactory } from '../ports/transactional-producer';

/** What one attempt to commit came to. After `failed`, `committing` says whether the commit itself was under way. */
export type Attempt =
  | { readonly kind: 'committed' }
  | { readonly kind: 'failed'; readonly committing: boolean; readonly error: unknown };

/**
 * One transactional id and whatever producer carries it now. A producer that reported any error is never used
 * again: its state is unknown, and making its successor fences it and ends its transaction one way or the other.
 */
export interface TransactionSlot {
  /** Makes all records visible at once, or reports a failure whose outcome may be either. */
  attempt(records: readonly OutgoingRecord[]): Promise<Attempt>;
  /** Connects ahead of the first attempt; rejects if the broker cannot be reached. */
  open(): Promise<void>;
  replaced(): number;
  close(): Promise<void>;
}

const pauseAfterFailureMs = 50;

export const createTransactionSlot = ({
  transactionalId,
  createProducer,
  clock,
  logger,
}: {
  transactionalId: string;
  createProducer: TransactionalProducerFactory;
  clock: Clock;
  logger: Logger;
}): TransactionSlot => {
  let producer: TransactionalProducer | undefined;
  let replaced = 0;

  const discard = async (): Promise<void> => {
    const broken = producer;
    producer = undefined;
    replaced += 1;
    await broken?.close();
  };

  return {
    open: async () => {
      producer ??= await createProducer(transactionalId);
    },
    attempt: async (records) => {
      let committing = false;
      try {
        producer ??= await createProducer(transactionalId);
        await producer.begin();
        await producer.send(records);
        committing = true;
        await producer.commit();
        return { kind: 'committed' };
      } catch (error) {
        logger.warn({ transactionalId, committing, err: error }, 'transaction failed, producer replaced');
        await discard();
        await delay(clock, pauseAfterFailureMs);
        return { kind: 'failed', committing, error };
      }
    },
    replaced: () => replaced,
    close: async () => {
      const last = producer;
      producer = undefined;
      await last?.close();
    },
  };
};
