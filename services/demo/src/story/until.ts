import { BatonError } from '@baton/core';
import { type Clock, delay } from '@baton/messaging';

export interface Wait {
  /** What is waited for, to follow "Expected". */
  readonly what: string;
  readonly limitMs: number;
  readonly everyMs: number;
  /** Where given, the limit counts from the last time that this number grew. */
  readonly progress?: () => number;
}

/** Waits for a fact. Rejects with `demo-failed` after the limit, and at once if the demonstration broke or was stopped. */
export type Until = (fact: () => Promise<boolean> | boolean, wait: Wait) => Promise<void>;

/** Makes waiting that ends with the demonstration: `broken` rejects when it breaks or is interrupted. */
export const createUntil =
  ({ clock, broken }: { clock: Clock; broken: Promise<never> }): Until =>
  async (fact, { what, limitMs, everyMs, progress = () => 0 }) => {
    let last = { progress: progress(), at: clock.now() };
    while (!(await Promise.race([fact(), broken]))) {
      const now = progress();
      if (now > last.progress) last = { progress: now, at: clock.now() };
      if (clock.now() - last.at >= limitMs) throw notInTime(what, limitMs);
      await Promise.race([delay(clock, everyMs), broken]);
    }
  };

const notInTime = (what: string, limitMs: number): BatonError =>
  new BatonError(
    'demo-failed',
    `Expected ${what} within ${Math.round(limitMs / 1000)} s, but it did not come.`,
  );
