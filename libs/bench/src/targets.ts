import type { Medians, Target } from './row';

/** The figure of a contender; undefined if the contender or the figure is missing. */
export const figureOf = (medians: Medians, contender: string, measure: string): number | undefined =>
  medians.get(contender)?.[measure];

/** Ours divided by theirs; undefined if one is missing or nothing can be divided by theirs. */
export const ratioOf = (
  medians: Medians,
  measure: string,
  [ours, theirs]: readonly [ours: string, theirs: string],
): number | undefined => {
  const [a, b] = [figureOf(medians, ours, measure), figureOf(medians, theirs, measure)];
  return a === undefined || b === undefined || !(b > 0) ? undefined : a / b;
};

interface RatioTarget {
  readonly measure: string;
  readonly of: readonly [ours: string, theirs: string];
  readonly text: string;
  /** The ratio to reach: a lower limit, or an upper one. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** The ratio at which a quick run fails; left out: it never fails for this. */
  readonly floor?: number;
  readonly because?: string;
}

/** A target on the ratio of two contenders in one measure. */
export const ratioTarget = ({ measure, of, text, atLeast, atMost, floor, because }: RatioTarget): Target => {
  const judge = (medians: Medians, limit: number): boolean | undefined => {
    const ratio = ratioOf(medians, measure, of);
    if (ratio === undefined) return undefined;
    return atMost === undefined ? ratio >= limit : ratio <= limit;
  };
  return {
    measure,
    text,
    met: (medians) => judge(medians, atLeast ?? atMost ?? 1),
    ...(because === undefined ? {} : { because }),
    ...(floor === undefined ? {} : { floor: (medians) => judge(medians, floor) }),
  };
};
