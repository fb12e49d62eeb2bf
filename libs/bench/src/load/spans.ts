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

/** Nanoseconds an operation: the median of several spans, after some that only warm the compiler up. */
export const nanosEach = async (
  span: Span,
  { times, warmUps, spans, expected }: SpanPlan,
): Promise<number> => {
  const found: number[] = [];
  for (let i = 0; i < warmUps + spans; i += 1) {
    const began = process.hrtime.bigint();
    const result = await span(times);
    const took = Number(process.hrtime.bigint() - began);
    if (result !== expected) throw new Error(`Expected ${expected} from ${times} operations, got ${result}.`);
    if (i >= warmUps) found.push(took / times);
  }
  return median(found);
};

/** The middle of the values; of an even number the mean of the two in the middle. Throws if there are none. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new Error('Expected at least one value, got none.');
  return (low + high) / 2;
};
