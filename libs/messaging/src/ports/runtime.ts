/** Time, as the process sees it. */
export interface Clock {
  /** Wall time in milliseconds since 1970. Somebody may set it, forward or back. */
  now(): number;
  /** Milliseconds since some moment, by a clock that nobody sets: only differences mean anything. */
  elapsed(): number;
  /** Calls back after `ms`; returns how to cancel. */
  after(ms: number, callback: () => void): () => void;
}

/** Structured log; fields are named as in the glossary. */
export interface Logger {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** The clock of this process. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Draws from 0 to below 1. */
export type Random = () => number;

/** The chance of this process. */
export const systemRandom: Random = () => Math.random();

/** Says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Resolves after `ms` of the given clock. */
export const delay = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });

/** Waits for `work`, at most `ms`, and swallows its failure: for closing, where nothing can be done about it. */
export const settleWithin = (clock: Clock, ms: number, work: () => Promise<unknown>): Promise<void> =>
  new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    Promise.resolve()
      .then(work)
      .catch(() => {})
      .finally(() => {
        cancel();
        resolve();
      });
  });
