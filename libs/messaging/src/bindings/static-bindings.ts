import { createHash } from 'node:crypto';
import {
  BatonError,
  beginningOfTime,
  bind,
  defaultTimeline,
  extendsTimeline,
  formatInstant,
  parseInstant,
  type Timeline,
  version,
} from '@baton/core';
import type { BindingSource, CommitMetadata } from '../ports/bindings';
import type { Clock } from '../ports/runtime';
import {
  longestStaticTimeline,
  readFollows,
  readStaticMark,
  type StaticMark,
  writeStaticMark,
} from './commit-marks';

/**
 * A timeline as configuration: `{ boundToV1Since: '-infinity', boundToV2Since: '2026-12-01T00:00:00Z' }`. Without an
 * entry that begins at `-infinity`, the lowest version is taken as the first.
 */
export type StaticTimelineConfig = Readonly<Record<string, string>>;

/** Reads the configuration keys `boundToV<N>Since` as a timeline. Throws `invalid-configuration`. */
export const parseStaticTimeline = (config: StaticTimelineConfig, firstVersion = 1): Timeline => {
  const segments = Object.entries(config).map(([key, since]) => {
    const match = /^boundToV([1-9]\d*)Since$/.exec(key);
    if (match?.[1] === undefined) {
      throw new BatonError('invalid-configuration', `Expected keys such as boundToV2Since, got "${key}".`);
    }
    const instant = since === '-infinity' ? beginningOfTime : parseInstant(since);
    return { since: instant, version: version(Number(match[1])) };
  });
  segments.sort((a, b) => a.since - b.since);
  if (segments.length > longestStaticTimeline) {
    throw new BatonError(
      'invalid-configuration',
      `Expected at most ${longestStaticTimeline} bindings in a static configuration, for commits carry them, got ${segments.length}. Leave out versions that were dropped, or follow the control log.`,
    );
  }
  const first = segments[0]?.since === beginningOfTime ? segments.shift()?.version : undefined;
  return segments.reduce(bind, defaultTimeline(first ?? version(firstVersion)));
};

export interface StaticBindingsOptions {
  readonly group: string;
  /** The timeline of every event type the group subscribes to, by name. */
  readonly timelines: Readonly<Record<string, Timeline>>;
  readonly clock: Clock;
  /** Lease plus margin: how far ahead of the last commit a new instant must lie, in milliseconds. */
  readonly leadMs: number;
}

/**
 * Bindings from a file or the environment instead of the control log. Members of one group that disagree never own
 * partitions together, and a changed timeline is taken up only where the commits prove that nothing was decided
 * by the old one that the new one decides otherwise.
 */
export const staticBindings = ({
  group,
  timelines,
  clock,
  leadMs,
}: StaticBindingsOptions): BindingSource => ({
  agreement: {
    key: `static:${createHash('sha256')
      .update(JSON.stringify(sortedEntries(timelines)))
      .digest('hex')
      .slice(0, 16)}`,
    preference: Object.values(timelines).reduce((segments, line) => segments + line.length, 0),
  },
  catchUp: async () => {},
  register: async ({ eventType }) => {
    if (timelines[eventType] === undefined) {
      throw new BatonError(
        'invalid-configuration',
        `Group "${group}" subscribes to ${eventType}, but its static configuration has no timeline for it. Add boundToV<N>Since.`,
      );
    }
  },
  of: (eventType) => ({ timeline: timelines[eventType], proposal: undefined }),
  onChange: () => () => {},
  answer: async () => {},
  commitMetadata: timelineInCommits({ group, timelines, clock, leadMs }),
  close: async () => {},
});

const sortedEntries = (timelines: StaticBindingsOptions['timelines']): unknown =>
  Object.entries(timelines).sort(([a], [b]) => (a < b ? -1 : 1));

const timelineInCommits = ({ group, timelines, clock, leadMs }: StaticBindingsOptions): CommitMetadata => ({
  write: (eventType, at, newest) => {
    const line = timelines[eventType];
    return line === undefined ? '' : writeStaticMark({ timeline: line, at, newest });
  },
  newestPassed: (metadata) => readStaticMark(metadata)?.newest ?? beginningOfTime,
  objection: (eventType, metadata) => {
    const configured = timelines[eventType];
    if (configured === undefined) return undefined;
    const follows = readFollows(metadata);
    if (follows !== undefined) {
      return `Group "${group}", ${eventType}: its commits were made under ${follows}. Take boundToV<N>Since out of the configuration and bind with \`baton bind\`, or use a new group.`;
    }
    const under = readStaticMark(metadata) ?? {
      timeline: defaultTimeline(configured[0].version),
      at: clock.now(),
      newest: beginningOfTime,
    };
    return objectionTo(group, eventType, { configured, under, leadMs });
  },
});

const objectionTo = (
  group: string,
  eventType: string,
  { configured, under, leadMs }: { configured: Timeline; under: StaticMark; leadMs: number },
): string | undefined => {
  const what = `Group "${group}", ${eventType}`;
  if (!extendsTimeline(configured, under.timeline)) {
    return `${what}: the configured timeline (${describe(configured)}) contradicts the one its commits were made under (${describe(under.timeline)}). A timeline only grows at its end; restore the old bindings and add the new one after them.`;
  }
  const earliest = Math.max(under.newest, under.at + leadMs);
  const early = configured.slice(under.timeline.length).find(({ since }) => since <= earliest);
  return early === undefined
    ? undefined
    : `${what}: BoundToV${early.version}Since ${formatInstant(early.since)} is too early; the group has passed events up to ${formatInstant(under.newest)} and committed last at ${new Date(under.at).toISOString()}. Choose an instant after ${new Date(earliest).toISOString()}.`;
};

const describe = (line: Timeline): string =>
  line.map(({ since, version: v }) => `v${v} since ${formatInstant(since)}`).join(', ');
