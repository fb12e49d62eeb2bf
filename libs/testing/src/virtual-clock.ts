import { BatonError } from '@baton/core';
import type { Clock } from '@baton/messaging';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * Time that stands still until a test moves it. Timers run in order of their time, those of one instant in the order
 * they were set, and every promise settles before the next one runs.
 */
export class VirtualClock implements Clock {
  private time: number;
  private set = 0;
  private timers: Timer[] = [];

  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.time + Math.max(0, ms), order: this.set, callback };
    this.set += 1;
    const behind = this.timers.findLastIndex((other) => other.at <= timer.at);
    this.timers.splice(behind + 1, 0, timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** Lets `ms` pass. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settled();
    while (await this.runNext(end));
    this.time = end;
  }

  /** Lets time pass until `fact` holds; throws if it does not within `limitMs`. */
  async until(fact: () => boolean, limitMs = 120_000): Promise<void> {
    const end = this.time + limitMs;
    await settled();
    while (!fact()) {
      if (await this.runNext(end)) continue;
      throw new BatonError(
        'invalid-argument',
        `Expected within ${limitMs} ms of virtual time: ${fact.toString()}`,
      );
    }
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

  private async runNext(end: number): Promise<boolean> {
    const next = this.timers[0];
    if (next === undefined || next.at > end) return false;
    this.timers.shift();
    this.time = next.at;
    next.callback();
    await settled();
    return true;
  }
}

/** A turn of the event loop: by then every promise that waits for no timer has settled. */
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
