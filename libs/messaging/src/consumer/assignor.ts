import { parseTopic } from '@baton/core';
import type { Assignment, Assignor, JoiningMember } from '../ports/group-member';
import { readMemberMetadata } from './member-metadata';

/**
 * Gives partition p of all version topics of an event type to one member, and only to members that subscribe to
 * them. Members whose bindings come from disagreeing sources never own partitions together: one side gets all, the
 * other waits until the first has left. Neither do members that park events and members that do not.
 */
export const coPartitionedAssignor: Assignor = (members, partitionCounts) => {
  const entitled = parkingMembers(agreeingMembers(members));
  const assigned = new Map<string, Map<string, number[]>>(
    members.map((member) => [member.memberId, new Map()]),
  );
  eventTypesOf(partitionCounts).forEach(([, topics], ordinal) => {
    const together = entitled.filter((member) => topics.every((topic) => member.topics.includes(topic)));
    for (const topic of topics) {
      const candidates =
        together.length > 0 ? together : entitled.filter((member) => member.topics.includes(topic));
      if (candidates.length === 0) continue;
      for (let partition = 0; partition < (partitionCounts.get(topic) ?? 0); partition += 1) {
        const member = candidates[(partition + ordinal) % candidates.length];
        if (member !== undefined) add(assigned.get(member.memberId), topic, partition);
      }
    }
  });
  return assigned satisfies ReadonlyMap<string, Assignment>;
};

/** The members of the preferred side, in a fixed order. */
const agreeingMembers = (members: readonly JoiningMember[]): readonly JoiningMember[] => {
  const sides = members.flatMap((member) => {
    const metadata = readMemberMetadata(member.metadata);
    return metadata === undefined ? [] : [{ member, ...metadata }];
  });
  const [preferred] = [...sides].sort(
    (a, b) => a.preference - b.preference || compareText(a.agreement, b.agreement),
  );
  return sides
    .filter((side) => side.agreement === preferred?.agreement)
    .map((side) => side.member)
    .sort((a, b) => compareText(a.memberId, b.memberId));
};

/** A member without a retry topic does not know which keys are parked, so it owns nothing beside one that has it. */
const parkingMembers = (members: readonly JoiningMember[]): readonly JoiningMember[] => {
  const parking = members.filter(({ topics }) => topics.some((topic) => parseTopic(topic) === undefined));
  return parking.length === 0 ? members : parking;
};

const eventTypesOf = (partitionCounts: ReadonlyMap<string, number>): [string, string[]][] => {
  const topicsByType = new Map<string, string[]>();
  for (const topic of [...partitionCounts.keys()].sort(compareText)) {
    const eventType = parseTopic(topic)?.eventType ?? topic;
    topicsByType.set(eventType, [...(topicsByType.get(eventType) ?? []), topic]);
  }
  return [...topicsByType];
};

const add = (assignment: Map<string, number[]> | undefined, topic: string, partition: number): void => {
  const partitions = assignment?.get(topic);
  if (partitions === undefined) assignment?.set(topic, [partition]);
  else partitions.push(partition);
};

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
