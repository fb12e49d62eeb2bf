import type { GroupReader } from '@baton/control';
import type { Group } from './group';
import type { Network } from './network';
import type { SimulatedProcess } from './process';

/** Describes groups and their offsets. */
export const createGroupReader = ({
  groups,
  partitionCount,
}: {
  readonly groups: ReadonlyMap<string, Group>;
  readonly partitionCount: (topic: string) => number;
}): GroupReader => ({
  describe: async (name) => {
    const group = groups.get(name);
    if (group === undefined || !group.exists()) return { group: name, state: 'Dead', members: [] };
    const { state, members } = group.describe();
    // like Kafka, it keeps what members said of themselves to itself while they join
    return {
      group: name,
      state,
      members: members.map(({ memberId, clientId, topics, metadata }) => ({
        memberId,
        clientId,
        host: '/127.0.0.1',
        topics: state === 'Stable' ? topics : [],
        metadata: state === 'Stable' ? metadata : '',
      })),
    };
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
  list: async () => [...groups].flatMap(([name, group]) => (group.hasHadMembers() ? [name] : [])).sort(),
});

/** The same, as one process asks for it. */
export const readGroupsOver = (
  network: Network,
  process: SimulatedProcess,
  broker: GroupReader,
): GroupReader => ({
  describe: (group) => network.call(process, 'read-groups', () => broker.describe(group)),
  committed: (group, topics) => network.call(process, 'read-groups', () => broker.committed(group, topics)),
  list: () => network.call(process, 'read-groups', () => broker.list()),
});
