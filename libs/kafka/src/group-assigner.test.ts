import type { Assignor, JoiningMember } from '@baton/messaging';
import { AssignerProtocol, type Cluster, type Logger } from 'kafkajs';
import { createGroupAssigner, decodeMember } from './group-assigner';

const assignerWith = (assign: Assignor, joining: (buffer: Buffer) => void = () => {}) =>
  createGroupAssigner({
    name: 'co-partitioned',
    assign,
    metadata: () => 'mine',
    joining,
    partitionCount: async (topic) => (topic === 'gone' ? undefined : topic.length),
  })({ cluster: {} as Cluster, groupId: 'g', logger: {} as Logger });

const member = (memberId: string, topics: string[], metadata: string) => ({
  memberId,
  memberMetadata: AssignerProtocol.MemberMetadata.encode({
    version: 1,
    topics,
    userData: Buffer.from(metadata),
  }),
});

describe('the group assigner', () => {
  it('says at a join which topics the member reads and what it tells the others', () => {
    const joining: Buffer[] = [];
    const { name, metadata } = assignerWith(
      () => new Map(),
      (buffer) => joining.push(buffer),
    ).protocol({ topics: ['a', 'b'] });
    expect(name).toBe('co-partitioned');
    expect(joining).toEqual([metadata]);
    expect(decodeMember('m', metadata)).toEqual({ memberId: 'm', topics: ['a', 'b'], metadata: 'mine' });
  });

  it('shows the assignor every member and the partitions of every topic that is there', async () => {
    const seen: [readonly JoiningMember[], ReadonlyMap<string, number>][] = [];
    const assigner = assignerWith((members, counts) => {
      seen.push([members, counts]);
      return new Map([['m1', new Map([['a', [0]]])]]);
    });
    const assigned = await assigner.assign({
      members: [member('m1', ['a', 'gone'], 'x'), member('m2', ['bb'], '')],
      topics: ['a'],
    });
    expect(seen).toEqual([
      [
        [
          { memberId: 'm1', topics: ['a', 'gone'], metadata: 'x' },
          { memberId: 'm2', topics: ['bb'], metadata: '' },
        ],
        new Map([
          ['a', 1],
          ['bb', 2],
        ]),
      ],
    ]);
    const decoded = assigned.map(({ memberId, memberAssignment }) => [
      memberId,
      AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment,
    ]);
    expect(decoded).toEqual([
      ['m1', { a: [0] }],
      ['m2', {}],
    ]);
  });

  it('takes a member whose metadata cannot be read for one without topics', () => {
    expect(decodeMember('m', Buffer.from([0]))).toEqual({ memberId: 'm', topics: [], metadata: '' });
  });
});
