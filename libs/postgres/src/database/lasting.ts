import { BatonError } from '@baton/core';
import type { Queryable } from './queryable';

/**
 * Gives `work` a transaction that refuses statements once `work` has settled. A branch of it that goes on, because another
 * has failed or nobody waits for it, would have its effect outside, or in the transaction of somebody else.
 */
export const whileItLasts = async <T>(tx: Queryable, work: (tx: Queryable) => Promise<T>): Promise<T> => {
  let ended = false;
  const query: Queryable['query'] = async (sql, values) => {
    if (ended) throw transactionEnded();
    return tx.query(sql, values);
  };
  try {
    return await work({ query });
  } finally {
    ended = true;
  }
};

const transactionEnded = (): BatonError =>
  new BatonError(
    'transaction-ended',
    'Expected a transaction that lasts, but it has ended, so the statement was not run. Await every statement before the work of a transaction, or a handler, returns or fails.',
  );
