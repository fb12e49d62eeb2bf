import {
  bind,
  decide,
  defaultTimeline,
  type Instant,
  instantFromMillis,
  type PublishedVersions,
  publishedVersions,
  type Timeline,
  type Version,
  version,
} from '@baton/core';
import type { Medians, Row, Size, Target } from '../row';
import { figureOf } from '../targets';
import { nanosEach } from '../workload/spans';

const contender = 'baton';
const bindings = [1, 10, 1_000] as const;
const limitNs = 100;
/** A thousand bindings are found in ten steps; what is more than this would not be a search. */
const growthLimit = 5;
const [v1, v2] = [version(1), version(2)];
const hour = 3_600_000;

/** A timeline that is bound so often, to 2 and back to 1, an hour each. */
export const timelineOf = (count: number): Timeline =>
  Array.from({ length: count }).reduce<Timeline>(
    (line, _, i) => bind(line, { since: instantFromMillis((i + 1) * hour), version: i % 2 === 0 ? v2 : v1 }),
    defaultTimeline(v1),
  );

export interface Decidable {
  readonly createdAt: Instant;
  readonly published: PublishedVersions;
}

/** Events spread over a whole timeline, in no order that a processor could guess; most of them have both versions. */
export const decidables = (count: number, bound: number): readonly Decidable[] => {
  const sets = [[1, 2], [1, 2], [1, 2], [1], [1, 2], [1, 2], [2], [1, 2]].map(publishedVersions);
  const both = publishedVersions([1, 2]);
  let seed = 1;
  return Array.from({ length: count }, (_, i) => {
    seed = (seed * 48_271) % 2_147_483_647;
    const createdAt = instantFromMillis(Math.floor((seed / 2_147_483_647) * (bound + 1) * hour));
    return { createdAt, published: sets[i % sets.length] ?? both };
  });
};

const pool = 4_096;

/** Decides every event for the topics of both versions; returns how many messages are processed. */
export const decideAll = (line: Timeline, events: readonly Decidable[], times: number): number => {
  let processed = 0;
  for (let i = 0; i < times; i += 1) {
    const event = events[(i >> 1) % events.length];
    if (event === undefined) continue;
    const own: Version = (i & 1) === 0 ? v1 : v2;
    const { createdAt, published } = event;
    if (decide(own, { createdAt, published, timeline: line }).kind === 'process') processed += 1;
  }
  return processed;
};

const timesOf = (size: Size): number => (size === 'full' ? 256 : 64) * pool;

const measureOf = (count: number): string => `decision-${count}`;

const under = (count: number): Target => ({
  measure: measureOf(count),
  text: `under ${limitNs} ns with ${count.toLocaleString('en')} binding${count === 1 ? '' : 's'}`,
  met: (medians) => atMost(figureOf(medians, contender, measureOf(count)), limitNs),
});

const growth = (medians: Medians, limit = growthLimit): boolean | undefined => {
  const few = figureOf(medians, contender, measureOf(1));
  const many = figureOf(medians, contender, measureOf(1_000));
  return few === undefined || many === undefined ? undefined : many <= few * limit;
};

const atMost = (figure: number | undefined, limit: number): boolean | undefined =>
  figure === undefined ? undefined : figure < limit;

/** How long the rule takes to decide one message. */
export const rule: Row = {
  name: 'rule',
  title: 'The rule, a decision',
  needs: 'nothing',
  how: 'Processor time. Messages of both versions, created at random over the whole timeline, are decided one after the other.',
  measures: bindings.map((count) => ({
    name: measureOf(count),
    title: `timeline with ${count.toLocaleString('en')} binding${count === 1 ? '' : 's'}`,
    unit: 'ns',
    better: 'lower',
  })),
  contenders: [contender],
  targets: [
    ...bindings.map(under),
    {
      measure: measureOf(1_000),
      text: `a thousand bindings cost at most ${growthLimit} times as much as one`,
      met: (medians) => growth(medians),
      floor: (medians) => growth(medians, 2 * growthLimit),
    },
  ],
  run: async (_contender, { size }) => {
    const figures: Record<string, number> = {};
    for (const count of bindings) {
      const [line, events] = [timelineOf(count), decidables(pool, count)];
      // exactly one twin of an event counts; one that was published in one version has one message that counts
      const times = timesOf(size);
      figures[measureOf(count)] = await nanosEach((n) => decideAll(line, events, n), {
        times,
        warmUps: 3,
        spans: 5,
        expected: decideAll(line, events, pool * 2) * (times / (pool * 2)),
      });
    }
    return figures;
  },
};
