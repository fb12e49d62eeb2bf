import { isBatonError } from '@baton/core';

/** Whether no retry mends it. */
export const isFatal = (error: unknown): boolean => isBatonError(error) && !error.retriable;

/** A failure as health reports it; whatever has no code came from a handler. */
export const describeFailure = (error: unknown): { readonly code: string; readonly because: string } => ({
  code: isBatonError(error) ? error.code : 'handler-failed',
  because: messageOf(error),
});

/** What was thrown, as text; handlers throw anything. */
export const messageOf = (error: unknown): string => {
  if (error instanceof Error) return error.message;
  try {
    return String(error);
  } catch {
    return 'something that is no text';
  }
};
