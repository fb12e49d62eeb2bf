import type { CommittedOffset, OffsetToCommit, TopicPartition } from '@baton/messaging';
import type { BrokerCalls } from './broker-calls';

/** Who commits: the broker refuses it unless this is the group's current generation and the member belongs to it. */
export interface Committer {
  readonly group: string;
  readonly memberId: string;
  readonly generationId: number;
  /** How long a commit may take: after its session it is worth nothing. */
  readonly limitMs: number;
}

/** Stores offsets over the shared connection, so that a long poll or a join never delays a commit. */
export const commitOffsets = async (
  calls: BrokerCalls,
  { group, memberId, generationId, limitMs }: Committer,
  offsets: readonly OffsetToCommit[],
): Promise<void> => {
  const topics = byTopic(offsets).map(([topic, entries]) => ({
    topic,
    partitions: entries.map(({ partition, offset, metadata }) => ({
      partition,
      offset: String(offset),
      ...(metadata === undefined ? {} : { metadata }),
    })),
  }));
  await calls.atCoordinator({ group, limitMs }, `Committing offsets of group ${group}`, (broker) =>
    broker.offsetCommit({ groupId: group, groupGenerationId: generationId, memberId, topics }),
  );
};

/** Asks the broker for committed offsets; negative ones, which stand for none, become `undefined`. */
export const fetchCommitted = async (
  calls: BrokerCalls,
  group: string,
  partitions: readonly TopicPartition[],
): Promise<readonly CommittedOffset[]> => {
  if (partitions.length === 0) return [];
  const topics = byTopic(partitions).map(([topic, entries]) => ({
    topic,
    partitions: entries.map(({ partition }) => ({ partition })),
  }));
  const { responses } = await calls.atCoordinator(
    { group },
    `Reading the committed offsets of group ${group}`,
    (broker) => broker.offsetFetch({ groupId: group, topics }),
  );
  const found = new Map(
    responses.flatMap(({ topic, partitions: entries }) =>
      entries.map((entry) => [`${topic}/${entry.partition}`, entry] as const),
    ),
  );
  return partitions.map(({ topic, partition }) => {
    const entry = found.get(`${topic}/${partition}`);
    const offset = Number(entry?.offset ?? -1);
    return { topic, partition, offset: offset < 0 ? undefined : offset, metadata: entry?.metadata ?? '' };
  });
};

const byTopic = <T extends TopicPartition>(entries: readonly T[]): [string, T[]][] => {
  const topics = new Map<string, T[]>();
  for (const entry of entries) {
    const known = topics.get(entry.topic);
    if (known === undefined) topics.set(entry.topic, [entry]);
    else known.push(entry);
  }
  return [...topics];
};
