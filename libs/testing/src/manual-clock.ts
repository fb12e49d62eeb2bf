import { BatonError } from '@baton/core';
import type { Clock } from '@baton/messaging';

/** A clock that stands still until it is told. */
export interface ManualClock extends Clock {
  /** Goes on by `ms`, calling back what falls due on the way, in order. */
  advance(ms: number): Promise<void>;
  /** Goes from timer to timer until `work` settles; rejects with its error, or if no timer is left that could help. */
  runUntilSettled<T>(work: Promise<T>): Promise<T>;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Makes a clock that shows `start` (milliseconds since 1970). */
export const createManualClock = (start: number): ManualClock => {
  const timers = new Set<Timer>();
  let time = start;
  const next = (): Timer | undefined => [...timers].sort((a, b) => a.at - b.at)[0];
  const fire = (timer: Timer): void => {
    timers.delete(timer);
    time = Math.max(time, timer.at);
    timer.callback();
  };
  return {
    now: () => time,
    elapsed: () => time,
    after: (ms, callback) => {
      const timer = { at: time + ms, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: async (ms) => {
      const end = time + ms;
      await pendingWork();
      for (let timer = next(); timer !== undefined && timer.at <= end; timer = next()) {
        fire(timer);
        await pendingWork();
      }
      time = end;
    },
    runUntilSettled: async (work) => {
      let settled = false;
      const settle = (): void => {
        settled = true;
      };
      work.then(settle, settle);
      for (await pendingWork(); !settled; await pendingWork()) {
        const timer = next();
        if (timer === undefined) throw stuck();
        fire(timer);
      }
      return work;
    },
  };
};

const stuck = (): BatonError =>
  new BatonError(
    'invalid-argument',
    'Expected work that timers bring to its end, but it waits and none is left. Look at what it waits for.',
  );

/** Lets everything run that waits for no timer. */
const pendingWork = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
