import type { Assignor, GroupMember, GroupMemberFactory } from '@baton/messaging';

/** Makes a membership that owns every partition of its topics, in a group that has no other members. */
export const soleMember = (
  groupMember: GroupMemberFactory,
  { group, topics }: { group: string; topics: readonly string[] },
): GroupMember =>
  groupMember({
    group,
    topics,
    assignor: { name: 'sole', assign: everythingToTheFirst },
    metadata: () => '',
    sessionTimeoutMs: 10_000,
    heartbeatIntervalMs: 1000,
  });

const everythingToTheFirst: Assignor = (members, partitionCounts) => {
  const everything = new Map(
    [...partitionCounts].map(([topic, count]) => [topic, Array.from({ length: count }, (_, i) => i)]),
  );
  return new Map(members.map(({ memberId }, index) => [memberId, index === 0 ? everything : new Map()]));
};
