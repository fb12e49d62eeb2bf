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

/** Adds to a commit which events above its offset are done already, so that nobody does them again. */
export const withDone = (metadata: string, offset: number, done: readonly number[]): string => {
  const ahead = done.filter((one) => one > offset).slice(0, mostDone);
  if (ahead.length === 0) return metadata;
  const steps = ahead.map((one, i) => one - (ahead[i - 1] ?? offset));
  return JSON.stringify({ ...parseObject(metadata), done: steps });
};

/** The events above the committed offset that are done, as such a commit says. */
export const readDone = (metadata: string, offset: number): readonly number[] => {
  const { done } = parseObject(metadata) as { readonly done?: unknown };
  if (!Array.isArray(done) || !done.every((step) => Number.isSafeInteger(step) && step > 0)) return [];
  let at = offset;
  return done.map((step: number) => {
    at += step;
    return at;
  });
};

/** Brokers keep 4096 bytes of metadata, and the timeline comes first. */
const mostDone = 400;

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
