import type { GroupMemberFactory, LogOffsets } from '@baton/messaging';
import { soleMember } from './sole-member';

/** Where the topics end now, by topic and partition. */
export const endsOf = async (
  topics: readonly string[],
  logOffsets: LogOffsets,
): Promise<ReadonlyMap<string, readonly number[]>> =>
  new Map(await Promise.all(topics.map(async (topic) => [topic, await logOffsets.end(topic)] as const)));

/**
 * Lets a new group begin at these places, so that what earlier runs left on the topics is not part of this one. It
 * joins the group, commits and leaves, like any member.
 */
export const beginAt = async (
  group: string,
  places: ReadonlyMap<string, readonly number[]>,
  groupMember: GroupMemberFactory,
): Promise<void> => {
  const member = soleMember(groupMember, { group, topics: [...places.keys()] });
  try {
    const generation = await new Promise<number>((resolve, reject) => {
      member
        .start({
          joined: ({ id }) => resolve(id),
          batch: async ({ fetchedOffset }) => ({ nextOffset: fetchedOffset }),
          heartbeat: () => {},
          rebalancing: () => {},
          crashed: reject,
        })
        .catch(reject);
    });
    const offsets = [...places].flatMap(([topic, ends]) =>
      ends.map((offset, partition) => ({ topic, partition, offset })),
    );
    await member.commit(generation, offsets);
  } finally {
    await member.stop();
  }
};
