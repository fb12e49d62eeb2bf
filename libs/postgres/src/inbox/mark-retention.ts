import { BatonError } from '@baton/core';
import type { TopicReader } from '@baton/messaging';

const dayMs = 86_400_000;

/**
 * Brokers delete whole segments only: a record can outlive the retention of its topic by the age of a segment, which is
 * seven days (`segment.ms`) unless somebody has made it longer.
 */
export const slackMs = 8 * dayMs;

export interface MarkRetention {
  readonly group: string;
  /** The topics that the group reads. */
  readonly topics: readonly string[];
  /** How long marks are kept; `Infinity` for ever. */
  readonly keepMs: number;
}

/**
 * Throws `invalid-configuration` if a mark could be forgotten while its event is still stored: after a reset of
 * offsets the event would take effect twice.
 */
export const checkRetention = async (
  reader: TopicReader,
  { group, topics, keepMs }: MarkRetention,
): Promise<void> => {
  if (keepMs === Number.POSITIVE_INFINITY) return;
  const settings = await Promise.all(topics.map((topic) => reader.settings(topic)));
  const problems = topics.flatMap((topic, i) => {
    const retentionMs = settings[i]?.retentionMs;
    if (retentionMs === undefined)
      return [`${topic} does not exist, so nobody knows how long it keeps events`];
    if (retentionMs < 0 || retentionMs >= Number.MAX_SAFE_INTEGER) return [`${topic} keeps events for ever`];
    return keepMs < retentionMs + slackMs ? [`${topic} keeps events for ${days(retentionMs)}`] : [];
  });
  if (problems.length === 0) return;
  throw new BatonError(
    'invalid-configuration',
    `The inbox of group "${group}" keeps marks for ${days(keepMs)}, but ${problems.join(', ')}. Keep marks at least ${days(slackMs)} longer than the topics keep events, or for ever.`,
  );
};

const days = (ms: number): string => `${Math.round((ms / dayMs) * 10) / 10} days`;
