export interface ClosedLoopOptions {
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/**
 * Counts what is completed within the time that is measured, a second. `work` does as much as it can until `isOver`,
 * and says so whenever something is completed.
 */
export const closedLoop = async (
  { warmUpMs, measureMs }: ClosedLoopOptions,
  work: (control: {
    readonly isOver: () => boolean;
    readonly completed: (events: number) => void;
  }) => Promise<void>,
): Promise<number> => {
  const startedAt = performance.now();
  const [from, to] = [startedAt + warmUpMs, startedAt + warmUpMs + measureMs];
  let events = 0;
  let first = Number.NaN;
  let last = Number.NaN;
  await work({
    isOver: () => performance.now() >= to,
    completed: (count) => {
      const now = performance.now();
      if (now < from) return;
      // what the first completion brings was worked on before: it opens the interval that the others fill
      if (Number.isNaN(first)) first = now;
      else events += count;
      last = now;
    },
  });
  return events / ((last - first) / 1_000);
};
