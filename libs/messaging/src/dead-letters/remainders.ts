import type { Version } from '@baton/core';
import { type LetterSources, openLetters, readRecords } from './open-letters';
import { readRetryRecord } from './retry-copy';
import { retryTopicOf } from './topics';

export interface RemainderSources extends LetterSources {
  /** The committed offsets of the group, by partition of the topic. */
  readonly committed: (topic: string) => Promise<readonly (number | undefined)[]>;
}

/** How many events of a version a group has parked, or sent back and not handled yet. Throws `topic-missing`. */
export const countRemainders = async (
  sources: RemainderSources,
  {
    group,
    eventType,
    version,
  }: { readonly group: string; readonly eventType: string; readonly version: Version },
): Promise<number> => {
  const concerns = (one: { readonly eventType: string; readonly version: number }): boolean =>
    one.eventType === eventType && one.version === version;
  let count = 0;
  for await (const letter of openLetters(sources, group)) if (concerns(letter)) count += 1;
  const topic = retryTopicOf(group);
  const [ends, committed] = await Promise.all([sources.logOffsets.end(topic), sources.committed(topic)]);
  for (const [partition, end] of ends.entries()) {
    for await (const record of readRecords(sources, {
      topic,
      partition,
      end,
      start: committed[partition] ?? 0,
    })) {
      const copy = readRetryRecord(record);
      if (copy !== undefined && concerns(copy)) count += 1;
    }
  }
  return count;
};
