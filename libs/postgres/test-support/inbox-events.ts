import { instantFromMillis, publishedVersions, version } from '@baton/core';
import type { Event, HandlerContext, TopicReader } from '@baton/messaging';
import { goodTopicSettings } from '@baton/testing';

/** An event as a handler gets it. */
export const eventOf = (id: string, changes: Partial<Event> = {}): Event => ({
  id,
  source: 'lending',
  type: 'lending.BooksBorrowed',
  createdAt: instantFromMillis(1_000),
  published: publishedVersions([1, 2]),
  version: version(2),
  key: 'loan-1',
  data: {},
  ...changes,
});

/** A context under a lease of ten seconds. */
export const contextOf = (changes: Partial<HandlerContext> = {}): HandlerContext => ({
  group: 'reminders',
  topic: 'lending.BooksBorrowed.v2',
  partition: 0,
  offset: 0,
  responsible: version(2),
  attempt: 1,
  generation: 1,
  leaseMs: () => 10_000,
  signal: new AbortController().signal,
  ...changes,
});

/** Topics that keep events for so long, and retry topics as long as said: without it there are none. */
export const topicsKeeping = (
  retentionMs: number,
  retryMs = (): number | undefined => undefined,
): TopicReader => ({
  settings: async (topic) => {
    const keptMs = topic.endsWith('.retry') ? retryMs() : retentionMs;
    return keptMs === undefined ? undefined : { ...goodTopicSettings, retentionMs: keptMs };
  },
});
