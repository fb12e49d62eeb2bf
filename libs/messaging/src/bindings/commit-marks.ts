import {
  beginningOfTime,
  type Instant,
  instantFromMillis,
  type Timeline,
  timeline,
  version,
} from '@baton/core';

/** What a commit under a static configuration says: its timeline, when it was made, and the newest event passed. */
export interface StaticMark {
  readonly timeline: Timeline;
  readonly at: number;
  readonly newest: Instant;
}

/** So many segments leave room for the rest of what a commit says. */
export const longestStaticTimeline = 100;

/** Writes it as commit metadata. */
export const writeStaticMark = ({ timeline: line, at, newest }: StaticMark): string =>
  JSON.stringify({
    baton: 1,
    timeline: line.map(({ since, version: v }) => [jsonInstant(since), v]),
    at,
    newest: jsonInstant(newest),
  });

/** Reads it; `undefined` for a commit that was made otherwise. */
export const readStaticMark = (metadata: string): StaticMark | undefined => {
  try {
    const value = JSON.parse(metadata) as {
      baton?: unknown;
      timeline: [number | null, number][];
      at: number;
      newest: number | null;
    };
    if (value.baton !== 1 || value.timeline === undefined) return undefined;
    const segments = value.timeline.map(([since, v]) => ({
      since: instantOfJson(since),
      version: version(v),
    }));
    return { timeline: timeline(segments), at: value.at, newest: instantOfJson(value.newest) };
  } catch {
    return undefined;
  }
};

/** What a member that follows a log writes into its commits, so that none with a static configuration takes over. */
export const followerMark = (agreement: string): string => JSON.stringify({ baton: 1, follows: agreement });

/** What a member follows that made this commit from a log; `undefined` for any other commit. */
export const readFollows = (metadata: string): string | undefined => {
  try {
    const value = JSON.parse(metadata) as { baton?: unknown; follows?: unknown } | null;
    return value?.baton === 1 && typeof value.follows === 'string' ? value.follows : undefined;
  } catch {
    return undefined;
  }
};

/** Events that are done above a committed offset. */
export interface DoneAbove {
  /** Ascending. */
  readonly offsets: readonly number[];
  /** The end of all that is done, also of what is not listed any more; 0 if nothing is. */
  readonly upTo: number;
}

export const nothingDone: DoneAbove = { offsets: [], upTo: 0 };

/**
 * Adds to a commit which events above its offset are done already, so that nobody does them again. As many as fit;
 * where some do not, it still says up to where anything is done.
 */
export const withDone = (metadata: string, offset: number, { offsets, upTo }: DoneAbove): string => {
  const ahead = offsets.filter((one) => one > offset);
  const steps = ahead.map((one, i) => one - (ahead[i - 1] ?? offset));
  const told = steps.slice(0, howManyFit(steps, longestMetadata - metadata.length - frameLength));
  const end = (ahead[told.length - 1] ?? offset) + 1;
  const done = told.length === 0 ? {} : { done: told };
  const rest = upTo > end ? { upTo: upTo - offset } : {};
  return told.length === 0 && upTo <= end
    ? metadata
    : JSON.stringify({ ...parseObject(metadata), ...done, ...rest });
};

/** The events above the committed offset that are done, as such a commit says. */
export const readDone = (metadata: string, offset: number): DoneAbove => {
  const { done, upTo } = parseObject(metadata) as { readonly done?: unknown; readonly upTo?: unknown };
  let at = offset;
  const steps = Array.isArray(done) && done.every(isStep) ? done : [];
  const offsets = steps.map((step: number) => {
    at += step;
    return at;
  });
  const listed = offsets.length === 0 ? 0 : at + 1;
  return { offsets, upTo: Math.max(listed, isStep(upTo) ? offset + upTo : 0) };
};

/** Brokers keep 4096 bytes of metadata. */
const longestMetadata = 4_000;
/** What stands around the steps. */
const frameLength = ',"done":[],"upTo":9007199254740991'.length;

const isStep = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;

const howManyFit = (steps: readonly number[], room: number): number => {
  let left = room;
  const first = steps.findIndex((step) => {
    left -= String(step).length + 1;
    return left < 0;
  });
  return first < 0 ? steps.length : first;
};

const parseObject = (text: string): object => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
};

const jsonInstant = (instant: Instant): number | null => (instant === beginningOfTime ? null : instant);
const instantOfJson = (value: number | null): Instant =>
  value === null ? beginningOfTime : instantFromMillis(value);
