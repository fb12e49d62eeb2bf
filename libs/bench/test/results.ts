import type { Machine } from '../src/machine';
import type { Outcome } from '../src/one-run';
import type { BenchDocument } from '../src/results';
import { rowResult } from '../src/results';
import type { Row } from '../src/row';
import { ratioTarget } from '../src/targets';

export const machine: Machine = {
  cpu: 'Test CPU',
  cores: 2,
  memoryGb: 8,
  system: 'Linux 6 x64',
  node: 'v20.20.0',
  versions: { kafka: '4.1.1' },
};

/** A row with one measure, whose targets are half and all of `kafkajs`, and all of `absent`. */
export const row: Row = {
  name: 'tiny',
  title: 'Tiny <row>',
  how: 'By counting.',
  needs: 'nothing',
  measures: [{ name: 'rate', title: 'events', unit: 'events/s', better: 'higher' }],
  contenders: ['baton', 'kafkajs', 'absent'],
  targets: [
    ratioTarget({
      ...{ measure: 'rate', of: ['baton', 'kafkajs'], text: 'at least half of kafkajs' },
      ...{ atLeast: 0.5, floor: 0.2, because: 'never shown' },
    }),
    ratioTarget({
      ...{ measure: 'rate', of: ['baton', 'kafkajs'], text: 'as much as kafkajs' },
      ...{ atLeast: 1, floor: 0.9, because: 'Headers cost' },
    }),
    ratioTarget({
      measure: 'rate',
      of: ['baton', 'absent'],
      text: 'as much as absent',
      atLeast: 1,
      floor: 0.9,
    }),
  ],
  run: async () => ({}),
};

const figures = (...rates: readonly number[]) =>
  rates.map((rate) => ({ kind: 'figures', figures: { rate } }) as const);

/** Baton has 800, 700 and 600, kafkajs 1,000 in every round, the third is missing. */
export const document: BenchDocument = {
  ...{ schemaVersion: 1, startedAt: '2026-11-22T10:00:00.000Z', size: 'full', rounds: 3, state: 'complete' },
  machine,
  rows: [
    rowResult(
      row,
      new Map<string, readonly Outcome[]>([
        ['baton', figures(800, 600, 700)],
        ['kafkajs', figures(1_000, 1_000, 1_000)],
        ['absent', [{ kind: 'missing', because: 'not installed' }]],
      ]),
    ),
  ],
};
