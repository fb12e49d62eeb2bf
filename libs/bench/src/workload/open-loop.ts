/** Microseconds since 1970. */
export const nowMicros = (): number => Math.round((performance.timeOrigin + performance.now()) * 1_000);

export interface OpenLoopOptions {
  readonly perSecond: number;
  /** What happens in this time is not measured. */
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** One event of the schedule. `counts` is false while the load warms up. */
export interface Scheduled {
  readonly n: number;
  /** When it was to happen, in microseconds since 1970. */
  readonly at: number;
  readonly counts: boolean;
}

/**
 * Does something at a fixed rate whether or not what was done before has ended, and answers the latencies in
 * milliseconds, from the time that was scheduled: what waits because the process or the other side is late counts
 * with its whole wait. Rejects with the first error.
 */
export const openLoop = async (
  { perSecond, warmUpMs, measureMs }: OpenLoopOptions,
  act: (event: Scheduled) => Promise<unknown>,
): Promise<readonly number[]> => {
  const total = Math.round(((warmUpMs + measureMs) * perSecond) / 1_000);
  const startedAt = nowMicros();
  const countsFrom = startedAt + warmUpMs * 1_000;
  const latencies: number[] = [];
  const pending: Promise<void>[] = [];
  let failure: { readonly error: unknown } | undefined;
  for (let n = 0; n < total && failure === undefined; ) {
    const due = Math.min(total, Math.floor(((nowMicros() - startedAt) * perSecond) / 1e6) + 1);
    for (; n < due; n += 1) {
      const at = Math.round(startedAt + (n * 1e6) / perSecond);
      const event = { n, at, counts: at >= countsFrom };
      const done = act(event).then(
        () => void (event.counts && latencies.push((nowMicros() - at) / 1_000)),
        (error: unknown) => {
          failure ??= { error };
        },
      );
      pending.push(done);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(pending);
  if (failure !== undefined) throw failure.error;
  return latencies;
};
