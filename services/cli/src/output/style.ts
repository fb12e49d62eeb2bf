import Table from 'cli-table3';
import { createColors } from 'picocolors';

/** How text is dressed for people: colours where they are wanted, and tables without frames. */
export interface Style {
  readonly good: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly dim: (text: string) => string;
  /** Columns two spaces apart; an empty text if there are no rows. */
  table(headings: readonly string[], rows: readonly (readonly string[])[]): string;
}

/** Makes a style with or without colours. */
export const createStyle = ({ colors }: { colors: boolean }): Style => {
  const paint = createColors(colors);
  return {
    good: paint.green,
    warning: paint.yellow,
    bad: paint.red,
    strong: paint.bold,
    dim: paint.dim,
    table: (headings, rows) => (rows.length === 0 ? '' : plainTable(headings.map(paint.dim), rows)),
  };
};

const parts = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
];
const innerParts = ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'];
const noFrame = {
  ...Object.fromEntries([...parts, ...innerParts].map((part) => [part, ''])),
  middle: '  ',
};

const plainTable = (headings: readonly string[], rows: readonly (readonly string[])[]): string => {
  const table = new Table({
    head: [...headings],
    chars: noFrame,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => [...row]));
  return withoutTrailingSpace(table.toString());
};

const withoutTrailingSpace = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
