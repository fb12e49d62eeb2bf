import { BatonError, isBatonError } from '@baton/core';

const sqlState = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';

/** Whether the server ended a transaction or its connection because it stood still for too long. */
export const isTimeout = (error: unknown): boolean => ['25P03', '25P04', '57P05'].includes(sqlState(error));

/** Whether the same transaction can succeed if it is run again: a deadlock, a conflict of serialization. */
export const isConflict = (error: unknown): boolean => ['40001', '40P01'].includes(sqlState(error));

/** An error of a statement as ours, if it says that the connection is lost or the server goes away. */
export const asLost = (error: unknown): unknown => {
  const state = sqlState(error);
  const byServer = state.startsWith('08') || ['57P01', '57P02', '57P03', '53300'].includes(state);
  const byClient = error instanceof Error && lostByClient.test(error.message);
  return byServer || byClient ? unavailable('A statement', error) : error;
};

/** The error of a commit: if its answer was lost, the transaction may have taken effect. */
export const asCommitError = (error: unknown): unknown =>
  isBatonError(asLost(error), 'database-unavailable')
    ? new BatonError(
        'outcome-unknown',
        `The transaction was to commit, but the database did not confirm: ${messageOf(error)} It may or may not have taken effect; look before you do it again.`,
        { details: { of: 'transaction' }, cause: error },
      )
    : error;

const lostByClient = /connection terminated|not queryable|read timeout|ECONNRESET|ECONNREFUSED|EPIPE/i;

/** Whether our own check at the commit has found the lease ended. */
export const isLeaseEnded = (error: unknown): boolean => sqlState(error) === 'BT001';

/** The error of a transaction that the database had given up before its end: a COMMIT then says nothing of it. */
export const rolledBack = (): BatonError =>
  new BatonError(
    'transaction-rolled-back',
    'Expected the transaction to commit, but one of its statements had failed, so nothing of it took effect. Let the error of a failed statement through, or guard the statement with a savepoint.',
  );

/** The error of a database that does not answer. */
export const unavailable = (what: string, cause: unknown): BatonError =>
  new BatonError(
    'database-unavailable',
    `${what}: expected an answer of the database, got: ${messageOf(cause)} Check that it runs and is reachable.`,
    { cause },
  );

export const messageOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  return text.endsWith('.') ? text : `${text}.`;
};
