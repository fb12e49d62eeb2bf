import type { GroupReader } from '@baton/control';
import type { Group } from './group';

/** Describes groups and their offsets. */
export const createGroupReader = ({
  groups,
  partitionCount,
}: {
  readonly groups: ReadonlyMap<string, Group>;
  readonly partitionCount: (topic: string) => number;
}): GroupReader => ({
  describe: async (name) => {
    const described = groups.get(name)?.describe();
    if (described === undefined) return { group: name, state: 'Dead', members: [] };
    const members = described.members.map(({ memberId, clientId, topics }) => ({
      memberId,
      clientId,
      host: '/127.0.0.1',
      topics,
    }));
    return { group: name, state: described.state, members };
  },
  committed: async (name, topics) =>
    new Map(
      topics.map((topic) => [
        topic,
        Array.from(
          { length: partitionCount(topic) },
          (_, partition) => groups.get(name)?.offsets.get({ topic, partition }).offset,
        ),
      ]),
    ),
  list: async () => [...groups.keys()],
});
