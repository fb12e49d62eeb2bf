import { BatonError } from '@baton/core';
import type { Clock } from '@baton/messaging';
import { TimerHeap } from './timer-heap';

/**
 * Time that stands still until a test moves it. Timers run in order of their time, those of one instant in the order
 * they were set, and every promise settles before the next one runs.
 */
export class VirtualClock implements Clock {
  private time: number;
  private readonly timers = new TimerHeap();

  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  elapsed(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): () => void {
    return this.timers.add(this.time + Math.max(0, ms), callback);
  }

  /** Lets `ms` pass. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settled();
    while (this.runNext(end)) await settled();
    this.time = end;
  }

  /** Lets time pass until `fact` holds; throws if it does not within `limitMs`. */
  async until(fact: () => boolean, limitMs = 120_000): Promise<void> {
    if (await this.reaches(fact, limitMs)) return;
    throw new BatonError(
      'invalid-argument',
      `Expected within ${limitMs} ms of virtual time: ${fact.toString()}`,
    );
  }

  /** Lets time pass until `fact` holds, at most `limitMs`; answers whether it holds. */
  async reaches(fact: () => boolean, limitMs: number): Promise<boolean> {
    const end = this.time + limitMs;
    await settled();
    while (!fact()) {
      if (!this.runNext(end)) return false;
      await settled();
    }
    return true;
  }

  /** Lets time pass until `promise` settles, and settles likewise. */
  async settle<T>(promise: Promise<T>, limitMs = 120_000): Promise<T> {
    let state: 'pending' | 'settled' = 'pending';
    const mark = (): void => {
      state = 'settled';
    };
    promise.then(mark, mark);
    await this.until(() => state === 'settled', limitMs);
    return promise;
  }

  private runNext(end: number): boolean {
    const next = this.timers.takeUntil(end);
    if (next === undefined) return false;
    this.time = next.at;
    next.callback();
    return true;
  }
}

/**
 * By then every promise that waits for no timer has settled: ticks of Node run only once no microtask is left, and
 * cost far less than a turn of the event loop.
 */
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    queueMicrotask(() => process.nextTick(resolve));
  });

/** The same clock as a process has it whose wall time is wrong by `skewMs` milliseconds. */
export const skewedClock = (clock: Clock, skewMs: () => number): Clock => ({
  now: () => clock.now() + skewMs(),
  elapsed: () => clock.elapsed(),
  after: (ms, callback) => clock.after(ms, callback),
});
