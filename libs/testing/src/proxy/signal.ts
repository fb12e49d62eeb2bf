import type { Clock } from '@baton/messaging';

/** Wakes those who wait for a change. */
export interface Signal {
  notify(): void;
  /** Resolves at the next change, or after `ms` if that comes first. */
  wait(ms?: number): Promise<void>;
}

/** Leaves no timer behind once woken. */
export const createSignal = (clock: Clock): Signal => {
  const wakers = new Set<() => void>();
  return {
    notify: () => {
      for (const wake of [...wakers]) wake();
    },
    wait: (ms) =>
      new Promise((resolve) => {
        const wake = () => {
          wakers.delete(wake);
          cancel?.();
          resolve();
        };
        const cancel = ms === undefined ? undefined : clock.after(ms, wake);
        wakers.add(wake);
      }),
  };
};
