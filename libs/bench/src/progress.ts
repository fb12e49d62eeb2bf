import { formatFigure } from './format';
import type { Row, Size } from './row';
import { contendersOf, type FinishedRun } from './run-rows';

/** One line for each run: how far it is, and the first figure. */
export const createProgress = (
  { rows, rounds, size }: { readonly rows: readonly Row[]; readonly rounds: number; readonly size: Size },
  { write, now }: { readonly write: (text: string) => void; readonly now: () => number },
): ((run: FinishedRun) => void) => {
  const total = rows.reduce((sum, row) => sum + contendersOf(row, size).length * rounds, 0);
  const startedAt = now();
  let done = 0;
  return (run) => {
    done += 1;
    const seconds = Math.round((now() - startedAt) / 1_000);
    write(
      `${seconds} s, ${done} of ${total}: ${run.row.name}, round ${run.round}, ${run.contender}: ${summaryOf(run)}\n`,
    );
  };
};

const summaryOf = ({ row, outcome }: FinishedRun): string => {
  switch (outcome.kind) {
    case 'figures':
      return row.measures
        .flatMap(({ name, unit }) =>
          outcome.figures[name] === undefined
            ? []
            : [`${name} ${formatFigure(outcome.figures[name] ?? 0)} ${unit}`],
        )
        .join(', ');
    case 'missing':
      return `missing: ${outcome.because}`;
    case 'failed':
      return `failed: ${outcome.because}`;
  }
};
