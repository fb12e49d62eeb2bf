import { absenceOf, formatFigure, ratioToFirst, unitText, verdictWords } from './format';
import type { BenchDocument, ContenderResult, RowResult } from './results';
import type { Measure } from './row';
import { rangeOf } from './statistics';

/** The results as text: of every row a table for each measure, and what became of its targets. */
export const renderTable = (document: BenchDocument): string => {
  const { machine, rows, rounds, size, state, startedAt } = document;
  const what = `${size} run of ${startedAt}, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}`;
  const where = `${machine.cores} x ${machine.cpu}, ${machine.memoryGb} GB, ${machine.system}, Node ${machine.node}`;
  const interrupted = state === 'interrupted' ? 'Interrupted: what follows is not everything.\n' : '';
  return `${what}\n${where}\n${interrupted}\n${rows.map(rowText).join('\n')}`;
};

const rowText = (row: RowResult): string => {
  const tables = row.measures.map((measure) => measureText(row, measure));
  const targets = row.targets.map(
    ({ measure, text, verdict, floor }) =>
      `  target ${measure}: ${text}: ${verdictWords[verdict]}${floor === undefined ? '' : ` (floor ${floor})`}\n`,
  );
  return `${row.title} (${row.name})\n${tables.join('')}${targets.join('')}`;
};

const measureText = (row: RowResult, measure: Measure): string => {
  const first = row.contenders[0]?.name ?? '';
  const head = [`${measure.title} (${unitText(measure)})`, 'median', 'range', `${first} / it`];
  const lines = row.contenders.map((contender) => contenderCells(row, contender, measure));
  return alignColumns([head, ...lines]);
};

/** The cells of one line, for tables of any kind: name, median, range, ratio. */
export const contenderCells = (
  row: RowResult,
  contender: ContenderResult,
  { name }: Measure,
): readonly string[] => {
  const absence = absenceOf(contender);
  if (absence !== undefined) return [contender.name, absence];
  const range = rangeOf(contender.runs, name);
  if (range === undefined) return [contender.name, '-'];
  const ratio = ratioToFirst(row, contender, name);
  return [
    contender.name,
    formatFigure(contender.medians[name] ?? Number.NaN),
    range.map(formatFigure).join(' to '),
    ratio === undefined ? '' : ratio.toFixed(2),
  ];
};

const alignColumns = (lines: readonly (readonly string[])[]): string => {
  const whole = lines.filter((cells) => cells.length > 2);
  const widths = [0, 1, 2].map((i) => Math.max(0, ...whole.map((cells) => cells[i]?.length ?? 0)));
  return lines
    .map((cells) => {
      const padded = cells.map((cell, i) =>
        i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[i] ?? 0),
      );
      return `  ${padded.join('   ').trimEnd()}\n`;
    })
    .join('');
};
