import type { Violation } from '../history';

/** What was found in some runs, by class. */
export type Counts = Readonly<Record<Violation['kind'], number>>;

/** A seed whose history breaks something. */
export interface FailingSeed {
  readonly seed: number;
  readonly violations: readonly Pick<Violation, 'kind' | 'property' | 'text'>[];
}

/** What came of seeds `from` to `from + seeds - 1`. */
export interface Part {
  readonly from: number;
  readonly seeds: number;
  readonly counts: Counts;
  readonly failing: readonly FailingSeed[];
  readonly cpuMs: number;
}

export const nothingFound: Counts = {
  lost: 0,
  doubled: 0,
  torn: 0,
  'out-of-order': 0,
  stuck: 0,
  unsafe: 0,
};

/** Adds up what two lots of runs came to. */
export const addCounts = (one: Counts, other: Counts): Counts => ({
  lost: one.lost + other.lost,
  doubled: one.doubled + other.doubled,
  torn: one.torn + other.torn,
  'out-of-order': one['out-of-order'] + other['out-of-order'],
  stuck: one.stuck + other.stuck,
  unsafe: one.unsafe + other.unsafe,
});

/** Each kind once a run: how many runs lost something, and so on. */
export const countKinds = (violations: readonly Violation[]): Counts => {
  const kinds = new Set(violations.map(({ kind }) => kind));
  const count = (kind: Violation['kind']): number => (kinds.has(kind) ? 1 : 0);
  return {
    lost: count('lost'),
    doubled: count('doubled'),
    torn: count('torn'),
    'out-of-order': count('out-of-order'),
    stuck: count('stuck'),
    unsafe: count('unsafe'),
  };
};

export const isClean = (counts: Counts): boolean => Object.values(counts).every((count) => count === 0);

/** The last line of a report, and before it what else must not be. */
export const summaryLines = (migrations: number, counts: Counts): readonly string[] => [
  ...(counts.unsafe === 0 ? [] : [`${counts.unsafe} unsafe`]),
  `${migrations} migrations, ${counts.lost} lost, ${counts.doubled} doubled, ${counts.torn} torn, ${counts['out-of-order']} out of order, ${counts.stuck} stuck`,
];
