import type { Machine } from './machine';
import type { Outcome } from './one-run';
import type { Figures, Measure, Row, Size, Target } from './row';
import { medianFigures } from './statistics';

/** What a run of the benchmarks came to; `results.json` holds it. */
export interface BenchDocument {
  readonly schemaVersion: 1;
  readonly startedAt: string;
  readonly size: Size;
  readonly rounds: number;
  /** `interrupted`: rounds or rows are missing at the end. */
  readonly state: 'complete' | 'interrupted';
  readonly machine: Machine;
  readonly rows: readonly RowResult[];
}

export interface RowResult {
  readonly name: string;
  readonly title: string;
  readonly how?: string;
  readonly measures: readonly Measure[];
  readonly contenders: readonly ContenderResult[];
  readonly targets: readonly TargetResult[];
}

export interface ContenderResult {
  readonly name: string;
  /** The figures of each round that succeeded. */
  readonly runs: readonly Figures[];
  readonly medians: Figures;
  /** What is to be installed, if the contender is not there. */
  readonly missing?: string;
  readonly failures: readonly string[];
}

export interface TargetResult {
  readonly measure: string;
  readonly text: string;
  readonly verdict: 'reached' | 'not-reached' | 'not-compared';
  /** Only for targets with a floor. */
  readonly floor?: 'held' | 'broken' | 'not-compared';
  readonly because?: string;
}

/** Sums up the outcomes of a row, by contender and in the order of the rounds. */
export const rowResult = (row: Row, outcomes: ReadonlyMap<string, readonly Outcome[]>): RowResult => {
  const contenders = [...outcomes].map(([name, list]) => contenderResult(name, list));
  const { name, title, how, measures, targets } = row;
  return {
    ...{ name, title, measures, contenders },
    ...(how === undefined ? {} : { how }),
    targets: judge(targets, contenders),
  };
};

/** Figures of an earlier run by the targets of today, with reasons that were found since. */
export const judgedAnew = (document: BenchDocument, rows: readonly Row[]): BenchDocument => ({
  ...document,
  rows: document.rows.map((result) => {
    const targets = rows.find(({ name }) => name === result.name)?.targets;
    return targets === undefined ? result : { ...result, targets: judge(targets, result.contenders) };
  }),
});

const judge = (
  targets: readonly Target[],
  contenders: readonly ContenderResult[],
): readonly TargetResult[] => {
  const medians = new Map(
    contenders.filter(({ runs }) => runs.length > 0).map((one) => [one.name, one.medians]),
  );
  return targets.map((target) => targetResult(target, medians));
};

const contenderResult = (name: string, outcomes: readonly Outcome[]): ContenderResult => {
  const runs = outcomes.flatMap((one) => (one.kind === 'figures' ? [one.figures] : []));
  const missing = outcomes.find((one) => one.kind === 'missing');
  return {
    name,
    runs,
    medians: medianFigures(runs),
    failures: outcomes.flatMap((one) => (one.kind === 'failed' ? [one.because] : [])),
    ...(missing === undefined ? {} : { missing: missing.because }),
  };
};

const targetResult = (target: Target, medians: ReadonlyMap<string, Figures>): TargetResult => {
  const { measure, text, because } = target;
  const met = target.met(medians);
  const floor = target.floor?.(medians);
  return {
    ...{ measure, text },
    verdict: met === undefined ? 'not-compared' : met ? 'reached' : 'not-reached',
    ...(target.floor === undefined
      ? {}
      : { floor: floor === undefined ? 'not-compared' : floor ? 'held' : 'broken' }),
    ...(because === undefined || met !== false ? {} : { because }),
  };
};

/**
 * What must not pass in silence: runs that failed, and in a quick run ratios below their floor. Targets that are not
 * reached, and peers that are missing, are results like others.
 */
export const problemsOf = ({ rows, size }: BenchDocument): readonly string[] =>
  rows.flatMap((row) => [
    ...row.contenders.flatMap(({ name, failures }) =>
      failures.map((because) => `${row.name}: a run of ${name} failed: ${because.split('\n')[0]}`),
    ),
    ...row.targets
      .filter(({ floor }) => size === 'quick' && floor === 'broken')
      .map(
        ({ measure, text }) => `${row.name}: ${measure} is below the floor of a quick run (target: ${text})`,
      ),
  ]);
