import { BatonError } from '@baton/core';
import { retryTopicOf, type TopicReader } from '@baton/messaging';

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
 * What the group parked can come back to it, from a topic that is read from its beginning if offsets are gone. There is none
 * where nothing can be parked.
 */
const keepers = async (reader: TopicReader, { group, topics }: MarkRetention) => {
  const retry = retryTopicOf(group);
  const found = await Promise.all(
    [...topics, retry].map(async (topic) => ({ topic, settings: await reader.settings(topic) })),
  );
  return found.filter(({ topic, settings }) => topic !== retry || settings !== undefined);
};

/**
 * Throws `invalid-configuration` if a mark could be forgotten while its event is still stored: after a reset of
 * offsets the event would take effect twice.
 */
export const checkRetention = async (reader: TopicReader, retention: MarkRetention): Promise<void> => {
  const { group, keepMs } = retention;
  if (keepMs === Number.POSITIVE_INFINITY) return;
  const problems = (await keepers(reader, retention)).flatMap(({ topic, settings }) => {
    const retentionMs = settings?.retentionMs;
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
