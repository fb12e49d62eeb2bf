import { BatonError } from './errors';
import { beginningOfTime, formatInstant, type Instant } from './instant';
import type { Version } from './version';

/** From `since` on, events count as `version`, until the next segment begins. */
export interface Segment {
  readonly since: Instant;
  readonly version: Version;
}

declare const timelineBrand: unique symbol;

/**
 * All bindings of one group for one event type: segments that begin at the beginning of time and strictly increase.
 * A timeline only grows at its end; nothing is ever taken from it.
 */
export type Timeline = readonly [Segment, ...Segment[]] & { readonly [timelineBrand]: 'Timeline' };

/** The timeline of a group that was never bound: one version, always. */
export const defaultTimeline = (version: Version): Timeline =>
  [{ since: beginningOfTime, version }] as unknown as Timeline;

/** Adds a binding at the end; throws `invalid-timeline` unless it begins after the last one. */
export const bind = (timeline: Timeline, segment: Segment): Timeline => {
  const last = lastSegment(timeline);
  if (!Number.isSafeInteger(segment.since) || segment.since <= last.since) {
    throw new BatonError(
      'invalid-timeline',
      `Expected a binding after ${formatInstant(last.since)}, got ${segment.since}. Bindings are only ever added at the end.`,
    );
  }
  return [...timeline, segment] as unknown as Timeline;
};

/** Reads segments in any readable form as a timeline; throws `invalid-timeline` if the first does not begin at the beginning of time or they do not increase. */
export const timeline = (segments: readonly Segment[]): Timeline => {
  const [first, ...later] = segments;
  if (first === undefined || first.since !== beginningOfTime) {
    throw new BatonError(
      'invalid-timeline',
      `Expected a timeline whose first segment begins at the beginning of time, got ${first === undefined ? 'no segment' : formatInstant(first.since)}.`,
    );
  }
  return later.reduce(bind, defaultTimeline(first.version));
};

/** The binding that is in force for events created from its instant on, for ever so far. */
export const lastSegment = (line: Timeline): Segment => line[line.length - 1] ?? line[0];

/** The position of the segment that covers `createdAt`: the last one with `since <= createdAt`. */
export const segmentIndexAt = (line: Timeline, createdAt: Instant): number => {
  let low = 0;
  let high = line.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const segment = line[middle];
    if (segment !== undefined && segment.since <= createdAt) low = middle;
    else high = middle - 1;
  }
  return low;
};

/** The version that the timeline names for an event created at `createdAt`. */
export const versionAt = (line: Timeline, createdAt: Instant): Version =>
  (line[segmentIndexAt(line, createdAt)] ?? line[0]).version;

/** Since when the group is bound to `wanted`, if its last binding names it; `undefined` otherwise. */
export const boundSince = (line: Timeline, wanted: Version): Instant | undefined => {
  const last = lastSegment(line);
  return last.version === wanted ? last.since : undefined;
};

/** Whether `longer` is `shorter` with bindings added at its end, or the same. */
export const extendsTimeline = (longer: Timeline, shorter: Timeline): boolean =>
  shorter.length <= longer.length &&
  shorter.every((segment, i) => {
    const other = longer[i];
    return other !== undefined && other.since === segment.since && other.version === segment.version;
  });
