import { isBatonError } from '@baton/core';

/** Whether no retry mends it. */
export const isFatal = (error: unknown): boolean => isBatonError(error) && !error.retriable;

/** A failure as health reports it; whatever has no code came from a handler. */
export const describeFailure = (error: unknown): { readonly code: string; readonly because: string } => ({
  code: isBatonError(error) ? error.code : 'handler-failed',
  because: error instanceof Error ? error.message : String(error),
});
