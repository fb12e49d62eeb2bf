import { BatonError } from '@baton/core';
import type { Middleware } from '../consumer/types';
import { type Clock, systemClock } from '../ports/runtime';

export interface DeadlineOptions {
  readonly ms: number;
  readonly clock?: Clock;
}

/**
 * Ends a try that takes too long: its signal is aborted, and it fails with `handler-timed-out`. The handler itself
 * cannot be ended; one that ignores the signal may still take effect later, as it may after a crash.
 */
export const deadline =
  ({ ms, clock = systemClock }: DeadlineOptions): Middleware =>
  (next) =>
  (event, context) => {
    const own = new AbortController();
    const abort = (): void => own.abort(context.signal.reason);
    if (context.signal.aborted) abort();
    context.signal.addEventListener('abort', abort, { once: true });
    return new Promise<void>((resolve, reject) => {
      const cancel = clock.after(ms, () => {
        const error = timedOut(ms);
        own.abort(error);
        reject(error);
      });
      Promise.resolve()
        .then(() => next(event, { ...context, signal: own.signal }))
        .then(resolve, reject)
        .finally(() => {
          cancel();
          context.signal.removeEventListener('abort', abort);
        });
    });
  };

const timedOut = (ms: number): BatonError =>
  new BatonError(
    'handler-timed-out',
    `Expected the handler to be done within ${ms} ms, but it was not. Make it faster, let it heed its signal, or give it a longer deadline.`,
  );
