import type { GroupMemberFactory, LogOffsets } from '@baton/messaging';

/** Lets a new group begin where the topics end now: what other tests left on them is not part of this one. */
export const beginAtEnd = async (
  { groupMember, logOffsets }: { groupMember: GroupMemberFactory; logOffsets: LogOffsets },
  group: string,
  topics: readonly string[],
): Promise<void> => {
  const ends = await Promise.all(topics.map((topic) => logOffsets.end(topic)));
  const all = new Map(topics.map((topic, i) => [topic, (ends[i] ?? []).map((_, partition) => partition)]));
  const member = groupMember({
    group,
    topics,
    assignor: { name: 'sole', assign: (members) => new Map(members.map(({ memberId }) => [memberId, all])) },
    metadata: () => '',
    sessionTimeoutMs: 10_000,
    heartbeatIntervalMs: 1_000,
  });
  try {
    const generation = await new Promise<number>((joined, crashed) => {
      const batch = async ({ fetchedOffset }: { fetchedOffset: number }) => ({ nextOffset: fetchedOffset });
      member
        .start({ joined: ({ id }) => joined(id), batch, heartbeat: () => {}, rebalancing: () => {}, crashed })
        .catch(crashed);
    });
    const offsets = topics.flatMap((topic, i) =>
      (ends[i] ?? []).map((offset, partition) => ({ topic, partition, offset })),
    );
    await member.commit(generation, offsets);
  } finally {
    await member.stop();
  }
};
