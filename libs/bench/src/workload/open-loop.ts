/** Microseconds since 1970. */
export const nowMicros = (): number => Math.round((performance.timeOrigin + performance.now()) * 1_000);

/** One event of a schedule. */
export interface Scheduled {
  readonly n: number;
  /** When it was to happen, in microseconds since 1970. */
  readonly at: number;
}

/** Something that happens at a fixed rate. */
export interface Load {
  /** When the first event was to happen, in microseconds since 1970. */
  readonly startedAt: number;
  /** Begins no further event; resolves with their number once all have ended, or rejects with the first error. */
  stop(): Promise<number>;
}

/**
 * Does something at a fixed rate, whether or not what was done before has ended. Where the process is late, events
 * keep the time that was scheduled, so that their wait counts with its whole length.
 */
export const startLoad = (perSecond: number, act: (event: Scheduled) => Promise<unknown>): Load => {
  const startedAt = nowMicros();
  const state: { going: boolean; failure?: { readonly error: unknown } } = { going: true };
  let n = 0;
  let pending = 0;
  const begin = (): void => {
    const at = Math.round(startedAt + (n * 1e6) / perSecond);
    pending += 1;
    act({ n, at })
      .catch((error: unknown) => {
        state.failure ??= { error };
      })
      .finally(() => {
        pending -= 1;
      });
    n += 1;
  };
  const run = async (): Promise<void> => {
    while (state.going && state.failure === undefined) {
      const due = Math.floor(((nowMicros() - startedAt) * perSecond) / 1e6) + 1;
      while (n < due) begin();
      await pause();
    }
    while (pending > 0 && state.failure === undefined) await pause();
  };
  const running = run();
  return {
    startedAt,
    stop: async () => {
      state.going = false;
      await running;
      if (state.failure !== undefined) throw state.failure.error;
      return n;
    },
  };
};

export interface OpenLoopOptions {
  readonly perSecond: number;
  /** What is scheduled in this time does not count. */
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** Runs a load for some time; answers the latencies in milliseconds, from the time that was scheduled to the end. */
export const openLoop = async (
  { perSecond, warmUpMs, measureMs }: OpenLoopOptions,
  act: (event: Scheduled & { readonly counts: boolean }) => Promise<unknown>,
): Promise<readonly number[]> => {
  const latencies: number[] = [];
  const countsFrom = nowMicros() + warmUpMs * 1_000;
  const load = startLoad(perSecond, async ({ n, at }) => {
    const counts = at >= countsFrom;
    await act({ n, at, counts });
    if (counts) latencies.push((nowMicros() - at) / 1_000);
  });
  await pause(warmUpMs + measureMs);
  await load.stop();
  return latencies;
};

/** Resolves after some milliseconds. */
export const pause = (ms = 1): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
