import type { Assignment, Assignor, JoiningMember } from '@baton/messaging';
import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;
const protocolVersion = 1;

export interface GroupAssignerDeps {
  readonly name: string;
  readonly assign: Assignor;
  /** Makes the metadata of the next join. */
  readonly metadata: () => string;
  /** Gets the very buffer that a join will carry. */
  readonly joining: (metadata: Buffer) => void;
  readonly partitionCount: (topic: string) => Promise<number | undefined>;
}

/** The assignor as kafkajs wants it: what members say of themselves is decoded, the outcome is encoded. */
export const createGroupAssigner =
  ({ name, assign, metadata, joining, partitionCount }: GroupAssignerDeps): PartitionAssigner =>
  () => ({
    name,
    version: protocolVersion,
    protocol: ({ topics }) => {
      const userData = Buffer.from(metadata(), 'utf8');
      const encoded = MemberMetadata.encode({ version: protocolVersion, topics, userData });
      joining(encoded);
      return { name, metadata: encoded };
    },
    assign: async ({ members }) => {
      const joiningMembers = members.map(({ memberId, memberMetadata }) =>
        decodeMember(memberId, memberMetadata),
      );
      const counts = await countPartitions(joiningMembers, partitionCount);
      const assigned = assign(joiningMembers, counts);
      return members.map(({ memberId }) => ({
        memberId,
        memberAssignment: encodeAssignment(assigned.get(memberId)),
      }));
    },
  });

/** Reads what a member said of itself when it joined; a member of another library may have said little. */
export const decodeMember = (memberId: string, metadata: Buffer): JoiningMember => {
  try {
    const decoded = MemberMetadata.decode(metadata);
    return {
      memberId,
      topics: decoded?.topics ?? [],
      metadata: decoded?.userData?.toString('utf8') ?? '',
    };
  } catch {
    return { memberId, topics: [], metadata: '' };
  }
};

const countPartitions = async (
  members: readonly JoiningMember[],
  partitionCount: GroupAssignerDeps['partitionCount'],
): Promise<ReadonlyMap<string, number>> => {
  const topics = [...new Set(members.flatMap((member) => member.topics))].sort();
  const counts = await Promise.all(topics.map(partitionCount));
  return new Map(topics.flatMap((topic, i) => (counts[i] === undefined ? [] : [[topic, counts[i]]])));
};

const encodeAssignment = (assignment: Assignment = new Map()): Buffer =>
  MemberAssignment.encode({
    version: protocolVersion,
    assignment: Object.fromEntries([...assignment].map(([topic, partitions]) => [topic, [...partitions]])),
    userData: Buffer.alloc(0),
  });
