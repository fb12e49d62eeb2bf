import { groupBy } from '@baton/demo';
import type { Holdings, WorkerLine } from '../history/lines';
import type { FaultLine, Violation } from './types';

/** What a process held in the first and in the last quiet time that it lived through. */
export interface Growth {
  readonly worker: string;
  readonly before: Holdings;
  readonly after: Holdings;
}

const fields = ['rss', 'heap', 'descriptors', 'sockets', 'listeners', 'resources'] as const;

/** What may come and go without being a leak. */
const allowed: Holdings = {
  rss: 150_000_000,
  heap: 60_000_000,
  descriptors: 16,
  sockets: 16,
  listeners: 2,
  resources: 60,
};

/** How the holdings of processes grew between the quiet times at the beginning and at the end. */
export const growthOf = (workers: readonly WorkerLine[], faults: readonly FaultLine[]): readonly Growth[] => {
  const quiet = faults.filter(({ fault }) => fault === 'quiet');
  const [first, last] = [quiet[0], quiet.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const samples = workers.filter((line) => line.kind === 'holdings');
  return [...groupBy(samples, ({ worker, incarnation }) => `${worker}/${incarnation}`)].flatMap(
    ([worker, lines]) => {
      const [before, after] = [first, last].map((time) =>
        medians(lines.filter(({ t }) => time.from <= t && t <= time.healed)),
      );
      return before === undefined || after === undefined ? [] : [{ worker, before, after }];
    },
  );
};

/** Processes that hold more after a part than before it. */
export const checkLeaks = (growth: readonly Growth[]): readonly Violation[] =>
  growth.flatMap(({ worker, before, after }) =>
    fields
      .filter((field) => after[field] - before[field] > allowed[field])
      .map((field) => ({
        class: 'wrong',
        check: 'nothing-leaks',
        text: `${worker}: ${field} grew from ${before[field]} to ${after[field]} between quiet times`,
      })),
  );

const medians = (lines: readonly Holdings[]): Holdings | undefined => {
  if (lines.length === 0) return undefined;
  const of = (field: (typeof fields)[number]): number => {
    const sorted = lines.map((line) => line[field]).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  };
  return {
    rss: of('rss'),
    heap: of('heap'),
    descriptors: of('descriptors'),
    sockets: of('sockets'),
    listeners: of('listeners'),
    resources: of('resources'),
  };
};
