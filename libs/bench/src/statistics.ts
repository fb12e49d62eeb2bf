import type { Figures } from './row';

/** The value in the middle, or the mean of the two; NaN of none. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [upper = Number.NaN, lower = upper] = [sorted[middle], sorted[middle - 1]];
  return sorted.length % 2 === 1 ? upper : (lower + upper) / 2;
};

/** The smallest value that at least `percent` of all values do not exceed (nearest rank); NaN of none. */
export const percentile = (values: readonly number[], percent: number): number => {
  const sorted = Float64Array.from(values).sort();
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
};

/** The median of each measure over several runs, each measure by itself; runs that lack one do not count for it. */
export const medianFigures = (runs: readonly Figures[]): Figures => eachMeasure(runs, median);

/** The smallest and the largest figure of each measure. */
export const rangeOf = (runs: readonly Figures[], measure: string): readonly [number, number] | undefined => {
  const values = valuesOf(runs, measure);
  return values.length === 0 ? undefined : [Math.min(...values), Math.max(...values)];
};

const eachMeasure = (runs: readonly Figures[], summarize: (values: readonly number[]) => number): Figures => {
  const measures = [...new Set(runs.flatMap((run) => Object.keys(run)))];
  return Object.fromEntries(measures.map((measure) => [measure, summarize(valuesOf(runs, measure))]));
};

/** JSON knows no NaN: a figure that could not be computed comes as null, and is none. */
const valuesOf = (runs: readonly Figures[], measure: string): readonly number[] =>
  runs.flatMap((run) => (Number.isFinite(run[measure]) ? [run[measure] ?? 0] : []));
