import type { GroupDescription, GroupReader } from '@baton/control';
import { BatonError } from '@baton/core';
import type { LogOffsets } from '@baton/messaging';

/** Groups and topics as a broker would describe them, set by hand. */
export interface MemoryGroups extends GroupReader, LogOffsets {
  setMembers(group: string, memberIds: readonly string[]): void;
  setCommitted(group: string, topic: string, offsets: readonly (number | undefined)[]): void;
  /** Makes or replaces a topic: the record timestamps of every partition, from offset 0. */
  setTopic(topic: string, timestamps: readonly (readonly number[])[]): void;
}

/** Makes an empty broker: no groups, no topics. */
export const createMemoryGroups = (): MemoryGroups => {
  const groups = new Map<string, readonly string[]>();
  const committed = new Map<string, Map<string, readonly (number | undefined)[]>>();
  const topics = new Map<string, readonly (readonly number[])[]>();
  const partitionsOf = (topic: string): readonly (readonly number[])[] => {
    const partitions = topics.get(topic);
    if (partitions !== undefined) return partitions;
    throw new BatonError('topic-missing', `Expected topic ${topic} to exist, but it does not. Create it.`);
  };
  return {
    describe: async (group) => describe(group, groups.get(group)),
    committed: async (group, names) =>
      new Map(
        names.map((topic) => [
          topic,
          committed.get(group)?.get(topic) ?? partitionsOf(topic).map(() => undefined),
        ]),
      ),
    list: async () => [...groups.keys()],
    earliest: async (topic) => partitionsOf(topic).map(() => 0),
    end: async (topic) => partitionsOf(topic).map((records) => records.length),
    partitionCount: async (topic) => partitionsOf(topic).length,
    firstStampedFrom: async (topic, instant) =>
      partitionsOf(topic).map((records) => {
        const found = records.findIndex((timestamp) => timestamp >= instant);
        return found === -1 ? records.length : found;
      }),
    setMembers: (group, memberIds) => groups.set(group, memberIds),
    setCommitted: (group, topic, offsets) => {
      committed.set(group, new Map(committed.get(group)).set(topic, offsets));
    },
    setTopic: (topic, timestamps) => topics.set(topic, timestamps),
  };
};

const describe = (group: string, memberIds: readonly string[] | undefined): GroupDescription => ({
  group,
  state: memberIds === undefined ? 'Dead' : memberIds.length === 0 ? 'Empty' : 'Stable',
  members: (memberIds ?? []).map((memberId) => ({ memberId, clientId: memberId, host: '/127.0.0.1' })),
});
