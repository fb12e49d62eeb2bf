import { BatonError, topicOf } from '@baton/core';
import type { TopicReader, TopicSettings } from '../ports/topics';

/** From here on a limit counts as none (the broker's own "unlimited" is 2^63 - 1). */
const unlimited = Number.MAX_SAFE_INTEGER;

/**
 * Checks the topics of one event type against what the promises need, and returns their common partition count.
 * Throws `topic-missing` or `topic-misconfigured` with everything that is wrong.
 */
export const checkTopics = async (
  reader: TopicReader,
  { eventType, versions, marginMs }: { eventType: string; versions: readonly number[]; marginMs: number },
): Promise<number> => {
  const topics = versions.map((version) => topicOf(eventType, version as Parameters<typeof topicOf>[1]));
  const settings = await Promise.all(topics.map((topic) => reader.settings(topic)));
  const missing = topics.filter((_, i) => settings[i] === undefined);
  if (missing.length > 0) {
    throw new BatonError(
      'topic-missing',
      `Expected the topics of ${eventType}, but ${missing.join(', ')} do not exist. Run: baton topics apply`,
    );
  }
  const found = settings.filter((s): s is TopicSettings => s !== undefined);
  const problems = topics.flatMap((topic, i) =>
    problemsOf(found[i], marginMs).map((problem) => `${topic}: ${problem}`),
  );
  const counts = new Set(found.map((s) => s.partitions));
  if (counts.size > 1) {
    const each = topics.map((topic, i) => `${topic} has ${found[i]?.partitions}`).join(', ');
    problems.push(`twins need equal partition counts, but ${each}`);
  }
  if (problems.length > 0) {
    throw new BatonError('topic-misconfigured', `${problems.join('; ')}. Run: baton topics apply`);
  }
  return found[0]?.partitions ?? 0;
};

const problemsOf = (settings: TopicSettings | undefined, marginMs: number): string[] => {
  if (settings === undefined) return [];
  const problems: string[] = [];
  if (settings.timestampType !== 'CreateTime') {
    problems.push(`expected message.timestamp.type CreateTime, got ${settings.timestampType}`);
  }
  if (settings.timestampAfterMaxMs > marginMs) {
    problems.push(
      `expected message.timestamp.after.max.ms of at most ${marginMs}, got ${settings.timestampAfterMaxMs}`,
    );
  }
  if (settings.timestampBeforeMaxMs < unlimited) {
    problems.push(`expected message.timestamp.before.max.ms unlimited, got ${settings.timestampBeforeMaxMs}`);
  }
  if (settings.cleanupPolicy !== 'delete') {
    problems.push(`expected cleanup.policy delete, got ${settings.cleanupPolicy}`);
  }
  return problems;
};
