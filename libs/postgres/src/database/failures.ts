import { BatonError } from '@baton/core';

const sqlState = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';

/** Whether the server ended a transaction or its connection because it stood still for too long. */
export const isTimeout = (error: unknown): boolean => ['25P03', '25P04', '57P05'].includes(sqlState(error));

/** Whether the same transaction can succeed if it is run again: a deadlock, a conflict of serialization. */
export const isConflict = (error: unknown): boolean => ['40001', '40P01'].includes(sqlState(error));

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
