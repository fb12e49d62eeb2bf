import { median } from '../statistics';

/** Runs an operation so many times and returns something that depends on every result, so that none is left out. */
export type Span = (times: number) => number | Promise<number>;

export interface SpanPlan {
  /** How often the operation runs within one span. */
  readonly times: number;
  readonly warmUps: number;
  readonly spans: number;
  /** What each span must return; any other result fails the run. */
  readonly expected: number;
}

/**
 * Nanoseconds of processor time an operation: the median of several spans, after some that only warm the compiler up.
 * Time in which others had the processor does not count.
 */
export const nanosEach = async (
  span: Span,
  { times, warmUps, spans, expected }: SpanPlan,
): Promise<number> => {
  const found: number[] = [];
  for (let i = 0; i < warmUps + spans; i += 1) {
    const began = process.cpuUsage();
    const result = await span(times);
    const { user, system } = process.cpuUsage(began);
    if (result !== expected) throw new Error(`Expected ${expected} from ${times} operations, got ${result}.`);
    if (i >= warmUps) found.push(((user + system) * 1_000) / times);
  }
  return median(found);
};
