import { type Instant, isBatonError, topicOf, type Version } from '@baton/core';
import type { LogOffsets } from '@baton/messaging';
import type { GroupReader, PresenceStore } from '../ports/log';
import type { BindFacts, PartitionEvidence, TopicFact } from './bind-facts';
import { membersOf, publishersOf, readPresence } from './presence';

/** Where facts about groups and topics come from. */
export interface FactSources {
  readonly groups: GroupReader;
  readonly offsets: LogOffsets;
  /** Left out: nobody is known to live. */
  readonly presence?: PresenceStore;
}

/** What facts are about. */
export interface FactQuestion {
  readonly group: string;
  readonly eventType: string;
  /** Every version whose topic may exist. */
  readonly versions: readonly Version[];
  readonly since: Instant;
}

/** Asks the broker everything that a binding is decided on. */
export const readBindFacts = async (
  sources: FactSources,
  question: FactQuestion,
  now: Pick<BindFacts, 'brokerTime' | 'brokerTimeFrom' | 'timings'>,
): Promise<BindFacts> => {
  const topics = await readTopics(sources.offsets, question);
  const [group, partitions, presence] = await Promise.all([
    sources.groups.describe(question.group),
    readPartitions(sources, question, topics),
    sources.presence === undefined ? nobody : readPresence(sources.presence),
  ]);
  return {
    ...now,
    group,
    topics,
    partitions,
    publishers: publishersOf(presence, question.eventType, now.brokerTime),
    members: membersOf(presence, question, now.brokerTime),
  };
};

const nobody = { publishers: [], members: [], unreadable: 0 };

/** Which version topics exist, and how many partitions they have. */
export const readTopics = (
  offsets: LogOffsets,
  { eventType, versions }: Pick<FactQuestion, 'eventType' | 'versions'>,
): Promise<readonly TopicFact[]> =>
  Promise.all(
    versions.map(async (version) => {
      const topic = topicOf(eventType, version);
      return { topic, version, partitions: await orMissing(offsets.partitionCount(topic)) };
    }),
  );

/** What the group has committed in each partition, the end of it, and where `since` begins. */
export const readPartitions = async (
  { groups, offsets }: FactSources,
  { group, since }: Pick<FactQuestion, 'group' | 'since'>,
  topics: readonly TopicFact[],
): Promise<readonly PartitionEvidence[]> => {
  const existing = topics.filter(({ partitions }) => partitions !== undefined);
  const committed = await groups.committed(
    group,
    existing.map(({ topic }) => topic),
  );
  const read = existing.map(async ({ topic, version }) => {
    const firstAt = await offsets.firstStampedFrom(topic, since);
    const ends = await offsets.end(topic);
    return ends.map((end, partition) => ({
      topic,
      version,
      partition,
      committed: committed.get(topic)?.[partition],
      end,
      firstAtSince: firstAt[partition],
    }));
  });
  return (await Promise.all(read)).flat();
};

const orMissing = async (count: Promise<number>): Promise<number | undefined> => {
  try {
    return await count;
  } catch (error) {
    if (isBatonError(error, 'topic-missing')) return undefined;
    throw error;
  }
};
