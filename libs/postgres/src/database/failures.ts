import { BatonError, isBatonError } from '@baton/core';

const sqlState = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';

/** Whether the server ended a transaction or its connection because it stood still for too long. */
export const isTimeout = (error: unknown): boolean => ['25P03', '25P04', '57P05'].includes(sqlState(error));

/** Whether the same transaction can succeed if it is run again: a deadlock, a conflict of serialization, a lock not had. */
export const isConflict = (error: unknown): boolean => ['40001', '40P01', '55P03'].includes(sqlState(error));

/** Whether an earlier statement of the transaction had failed. */
export const isAborted = (error: unknown): boolean => sqlState(error) === '25P02';

/** Whether the server takes no writes: a replica, or one that protects itself. */
export const isReadOnly = (error: unknown): boolean => sqlState(error) === '25006';

/** An error of a statement as ours, if it tells of the connection or of the state of the server, not of the statement. */
export const asLost = (error: unknown): unknown => {
  const byServer = !isTimeout(error) && trouble.test(sqlState(error));
  const byClient = error instanceof Error && lostByClient.test(error.message);
  return byServer || byClient ? unavailable('A statement', error) : error;
};

/**
 * Connection (08), resources (53), the server ended (57P), its system (58), no writes taken (25006). A statement that was
 * cancelled (57014) is not among them: that it takes too long can lie in what it was given.
 */
const trouble = /^(08|53|57P|58|25006)/;

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
