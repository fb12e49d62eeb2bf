import type { Found } from './job';
import type { PlantedBug } from './planted-bug';

/** What became of one bug, or of the control run without any. */
export interface Outcome extends Pick<PlantedBug, 'name' | 'says' | 'breaks'> {
  readonly found: Found;
}

export interface PlantedReport {
  readonly schemaVersion: 1;
  readonly bugs: readonly Outcome[];
  /** The same seeds without a bug; clean unless the checker objects to the code as it is. */
  readonly control: readonly Found[];
  readonly planted: number;
  readonly caught: number;
}

/** Whether every bug was caught, and nothing was without one. */
export const isGood = ({ planted, caught, control }: PlantedReport): boolean =>
  planted === caught && control.every(({ kind }) => kind === 'nothing');

/** The table for people; its last line sums it up. */
export const formatReport = (report: PlantedReport): string =>
  [
    ...columns([
      ['bug', 'breaks', 'caught by', 'seed', 'migrations', 'seconds'],
      ...report.bugs.map(({ name, breaks, found }) => [name, breaks, ...cellsOf(found)]),
    ]),
    ...report.bugs.flatMap(({ name, found }) =>
      found.kind === 'crashed' ? [`${name}: ${found.because.split('\n')[0]}`] : [],
    ),
    ...report.control.map(controlLine),
    `${report.planted} planted, ${report.caught} caught`,
    '',
  ].join('\n');

const cellsOf = (found: Found): readonly string[] => {
  switch (found.kind) {
    case 'caught': {
      const { violation, seed, migrations, seconds } = found;
      return [`${violation.kind}: ${violation.property}`, `${seed}`, `${migrations}`, seconds.toFixed(1)];
    }
    case 'nothing':
      return ['NOT CAUGHT', '', `${found.migrations}`, found.seconds.toFixed(1)];
    case 'crashed':
      return ['NOT CAUGHT, crashed', '', '', ''];
  }
};

const controlLine = (found: Found): string => {
  switch (found.kind) {
    case 'nothing':
      return `without a bug: ${found.migrations} migrations, clean`;
    case 'caught':
      return `WITHOUT A BUG: seed ${found.seed}, ${found.violation.property}: ${found.violation.text}`;
    case 'crashed':
      return `WITHOUT A BUG: crashed: ${found.because}`;
  }
};

const columns = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};
