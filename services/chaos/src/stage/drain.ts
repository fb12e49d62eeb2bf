import { topicOf, version } from '@baton/core';
import type { KafkaPorts } from '@baton/kafka';
import { type Clock, delay } from '@baton/messaging';
import type { Undrained } from '../audit/types';
import type { Cast } from './names';

/** Waits until every group has committed all there is to read; answers what is left when the time is over. */
export const untilDrained = async (
  cast: Cast,
  {
    kafka: { groupReader, logOffsets },
    clock,
    limitMs,
  }: { kafka: Pick<KafkaPorts, 'groupReader' | 'logOffsets'>; clock: Clock; limitMs: number },
): Promise<readonly Undrained[]> => {
  const topics = cast.eventTypes.flatMap((name) => [1, 2].map((v) => topicOf(name, version(v))));
  const left = async (): Promise<readonly Undrained[]> => {
    const ends = new Map(
      await Promise.all(topics.map(async (topic) => [topic, await logOffsets.end(topic)] as const)),
    );
    const found = cast.groups.map(async ({ group, eventTypes }) => {
      const own = topics.filter((topic) => eventTypes.some((name) => topic.startsWith(`${name}.v`)));
      const committed = await groupReader.committed(group, own);
      return own.flatMap((topic) =>
        (ends.get(topic) ?? []).flatMap((end, partition) => {
          const at = committed.get(topic)?.[partition];
          return (at ?? 0) >= end ? [] : [{ group, topic, partition, committed: at, end }];
        }),
      );
    });
    return (await Promise.all(found)).flat();
  };
  for (const deadline = clock.now() + limitMs; ; await delay(clock, 500)) {
    const late = clock.now() > deadline;
    const rest = await left().catch((error: unknown) => {
      if (late) throw error;
      return undefined;
    });
    if (rest !== undefined && (rest.length === 0 || late)) return rest;
  }
};
