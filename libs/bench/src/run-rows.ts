import type { Outcome } from './one-run';
import { type RowResult, rowResult } from './results';
import type { Row, Size } from './row';

export interface RunRowsOptions {
  readonly rows: readonly Row[];
  readonly size: Size;
  readonly rounds: number;
}

export interface RunRowsDeps {
  /** Runs one contender once, in a process of its own; never rejects. */
  readonly runOne: (row: Row, contender: string, round: number) => Promise<Outcome>;
  readonly isInterrupted: () => boolean;
  /** Told after every run. */
  readonly progress: (run: FinishedRun) => void;
  /** Told after every row, with everything that is there by then. */
  readonly keep: (results: readonly RowResult[]) => void;
}

export interface FinishedRun {
  readonly row: Row;
  readonly contender: string;
  readonly round: number;
  readonly outcome: Outcome;
}

/** The contenders of a row that run at this size. */
export const contendersOf = ({ contenders, quickContenders }: Row, size: Size): readonly string[] =>
  size === 'quick' ? (quickContenders ?? contenders) : contenders;

/** The rows of these names; one that quick runs leave out takes part if somebody names it. */
export const chosenRows = (rows: readonly Row[], names: readonly string[]): readonly Row[] =>
  rows
    .filter(({ name }) => names.includes(name))
    .map(({ quickContenders, ...row }) =>
      quickContenders === undefined || quickContenders.length === 0 ? row : { ...row, quickContenders },
    );

/**
 * Runs every row: in each round each contender once, every other round in the opposite order, so that none always
 * comes after the same one. A contender that is missing is asked once. What is done when somebody interrupts is kept.
 */
export const runRows = async (
  { rows, size, rounds }: RunRowsOptions,
  { runOne, isInterrupted, progress, keep }: RunRowsDeps,
): Promise<readonly RowResult[]> => {
  const results: RowResult[] = [];
  for (const row of rows) {
    const contenders = contendersOf(row, size);
    if (contenders.length === 0) continue;
    const outcomes = new Map<string, Outcome[]>(contenders.map((name) => [name, []]));
    for (const [round, contender] of scheduleOf(contenders, rounds)) {
      const known = outcomes.get(contender) ?? [];
      if (isInterrupted()) break;
      if (known.some(({ kind }) => kind === 'missing')) continue;
      const outcome = await runOne(row, contender, round);
      if (isInterrupted() && outcome.kind === 'failed') break;
      known.push(outcome);
      progress({ row, contender, round, outcome });
    }
    if ([...outcomes.values()].some((list) => list.length > 0)) results.push(rowResult(row, outcomes));
    keep(results);
    if (isInterrupted()) break;
  }
  return results;
};

const scheduleOf = (contenders: readonly string[], rounds: number): readonly (readonly [number, string])[] =>
  Array.from({ length: rounds }, (_, i) => i + 1).flatMap((round) => {
    const order = round % 2 === 1 ? contenders : [...contenders].reverse();
    return order.map((contender) => [round, contender] as const);
  });
