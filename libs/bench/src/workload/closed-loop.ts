import type { Figures } from '../row';

export interface ClosedLoopOptions {
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** What a closed loop came to. */
export interface ClosedLoopFigures extends Figures {
  /** Events a second. */
  readonly rate: number;
  /** CPU time of this process, in microseconds an event: the part that is the client's. */
  readonly cpu: number;
}

/**
 * Counts what is completed within the time that is measured. `work` does as much as it can until `isOver`, and says so
 * whenever something is completed.
 */
export const closedLoop = async (
  { warmUpMs, measureMs }: ClosedLoopOptions,
  work: (control: {
    readonly isOver: () => boolean;
    readonly completed: (events: number) => void;
  }) => Promise<void>,
): Promise<ClosedLoopFigures> => {
  const startedAt = performance.now();
  const [from, to] = [startedAt + warmUpMs, startedAt + warmUpMs + measureMs];
  let total = 0;
  let first: Moment | undefined;
  let last: Moment | undefined;
  await work({
    isOver: () => performance.now() >= to && last !== undefined,
    completed: (count) => {
      total += count;
      const now = performance.now();
      if (now < from || (now > to && last !== undefined)) return;
      if (first === undefined) first = momentOf(total);
      else if (now - (last ?? first).at >= sampleMs) last = momentOf(total);
    },
  });
  if (first === undefined || last === undefined)
    throw new Error('Nothing was completed in the time measured.');
  const events = last.events - first.events;
  return { rate: events / ((last.at - first.at) / 1_000), cpu: (last.cpu - first.cpu) / events };
};

/** How often it is looked at the CPU time at most; a look costs as much as an event does. */
const sampleMs = 20;

interface Moment {
  readonly at: number;
  readonly cpu: number;
  readonly events: number;
}

const momentOf = (events: number): Moment => {
  const { user, system } = process.cpuUsage();
  return { at: performance.now(), cpu: user + system, events };
};
