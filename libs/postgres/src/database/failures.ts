import { BatonError } from '@baton/core';

const sqlState = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';

/** Whether the server ended a transaction or its connection because it stood still for too long. */
export const isTimeout = (error: unknown): boolean => ['25P03', '25P04', '57P05'].includes(sqlState(error));

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
