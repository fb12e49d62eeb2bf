import { BatonError } from '@baton/core';
import type { HandlerContext } from '@baton/messaging';
import type { Queryable } from '../database/queryable';

const transaction = Symbol('transaction of the inbox');

interface ContextWithTransaction extends HandlerContext {
  readonly [transaction]?: Queryable;
}

/** A context that carries the transaction; middleware further in passes it on. */
export const withTransaction = (context: HandlerContext, tx: Queryable): HandlerContext => {
  const extended: ContextWithTransaction = { ...context, [transaction]: tx };
  return extended;
};

/**
 * The transaction in which the handler's effect and the mark of the event are committed together. Throws
 * `invalid-configuration` if the handler runs without an inbox.
 *
 * ```ts
 * const remind: Handler<BooksBorrowedV2> = async (event, context) => {
 *   await transactionOf(context).query('INSERT INTO reminder …', [event.data.loanId]);
 * };
 * ```
 */
export const transactionOf = (context: HandlerContext): Queryable => {
  const tx = (context as ContextWithTransaction)[transaction];
  if (tx !== undefined) return tx;
  throw new BatonError(
    'invalid-configuration',
    'Expected the handler to run inside an inbox, but it does not. Add `inbox.middleware` to the consumer.',
  );
};
