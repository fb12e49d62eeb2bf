import type { GroupDescription, GroupReader } from '@baton/control';
import type { ConsumerGroupState, MemberDescription } from 'kafkajs';
import type { BrokerCalls } from './broker-calls';
import { decodeMember } from './group-assigner';
import { fetchCommitted } from './group-offsets';
import type { RawGroupList } from './kafkajs-internals';

interface DescribedGroups {
  readonly groups: readonly {
    readonly groupId: string;
    readonly state: ConsumerGroupState;
    readonly members: readonly MemberDescription[];
  }[];
}

/** Asks the brokers about consumer groups. */
export const createGroupReader = (calls: BrokerCalls): GroupReader => ({
  describe: async (group) => {
    const { groups } = (await calls.atCoordinator({ group }, `Describing group ${group}`, (broker) =>
      broker.describeGroups({ groupIds: [group] }),
    )) as DescribedGroups;
    const described = groups.find(({ groupId }) => groupId === group);
    return {
      group,
      state: described?.state ?? 'Unknown',
      members: (described?.members ?? []).map(toMember),
    };
  },
  committed: async (group, topics) => {
    const counts = await Promise.all(
      topics.map(async (topic) => [topic, (await calls.partitions(topic)).length] as const),
    );
    const offsets = await fetchCommitted(
      calls,
      group,
      counts.flatMap(([topic, count]) =>
        Array.from({ length: count }, (_, partition) => ({ topic, partition })),
      ),
    );
    return new Map(
      topics.map((topic) => [topic, offsets.filter((o) => o.topic === topic).map(({ offset }) => offset)]),
    );
  },
  list: async () => {
    const answers = await calls.everywhere('Listing groups', (broker) => broker.listGroups());
    const names = answers.flatMap(({ groups }: RawGroupList) =>
      groups.filter(({ protocolType }) => protocolType === 'consumer').map(({ groupId }) => groupId),
    );
    return [...new Set(names)].sort();
  },
});

const toMember = ({
  memberId,
  clientId,
  clientHost,
  memberMetadata,
}: MemberDescription): GroupDescription['members'][number] => {
  const { topics, metadata } = decodeMember(memberId, memberMetadata);
  return { memberId, clientId, host: clientHost, topics, metadata };
};
