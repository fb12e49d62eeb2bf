import type { BatonError } from '@baton/core';
import type { Clock } from '@baton/messaging';

/** Those who wait for a reader to pass an offset. */
export interface PositionWaiters {
  wait(offset: number, limit: { readonly ms: number; readonly error: () => BatonError }): Promise<void>;
  passed(position: number): void;
  /** Rejects everybody who waits. */
  fail(error: BatonError): void;
}

interface Waiter {
  readonly offset: number;
  readonly settle: (error?: BatonError) => void;
}

export const createPositionWaiters = (clock: Clock): PositionWaiters => {
  const waiters = new Set<Waiter>();
  return {
    wait: (offset, { ms, error }) =>
      new Promise((resolve, reject) => {
        const settle = (failure?: BatonError): void => {
          cancel();
          waiters.delete(waiter);
          if (failure === undefined) resolve();
          else reject(failure);
        };
        const waiter: Waiter = { offset, settle };
        const cancel = clock.after(ms, () => settle(error()));
        waiters.add(waiter);
      }),
    passed: (position) => {
      for (const waiter of waiters) if (waiter.offset <= position) waiter.settle();
    },
    fail: (error) => {
      for (const waiter of waiters) waiter.settle(error);
    },
  };
};
