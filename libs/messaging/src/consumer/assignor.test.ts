import * as fc from 'fast-check';
import type { Assignment, JoiningMember } from '../ports/group-member';
import { coPartitionedAssignor } from './assignor';
import { writeMemberMetadata } from './member-metadata';

const member = (
  memberId: string,
  topics: readonly string[],
  { agreement = 'log:x', preference = 0 } = {},
): JoiningMember => ({
  memberId,
  topics,
  metadata: writeMemberMetadata({ instance: memberId, agreement, preference }),
});

const [v1, v2] = ['lending.BooksBorrowed.v1', 'lending.BooksBorrowed.v2'] as const;
const counts = (partitions: number, topics: readonly string[] = [v1, v2]) =>
  new Map(topics.map((topic) => [topic, partitions]));

const ownersOf = (assigned: ReadonlyMap<string, Assignment>, topic: string): Map<number, string[]> => {
  const owners = new Map<number, string[]>();
  for (const [memberId, assignment] of assigned)
    for (const partition of assignment.get(topic) ?? [])
      owners.set(partition, [...(owners.get(partition) ?? []), memberId]);
  return owners;
};

describe('coPartitionedAssignor', () => {
  it('gives partition p of every version topic to the same member', () => {
    const assigned = coPartitionedAssignor([member('b', [v1, v2]), member('a', [v1, v2])], counts(5));
    expect(ownersOf(assigned, v1)).toEqual(ownersOf(assigned, v2));
    expect(ownersOf(assigned, v1).size).toBe(5);
  });

  it('prefers members that read all versions while a roll-out mixes subscriptions', () => {
    const assigned = coPartitionedAssignor([member('old', [v1]), member('new', [v1, v2])], counts(3));
    expect([...(assigned.get('old') ?? [])]).toEqual([]);
    expect(assigned.get('new')?.get(v1)).toEqual([0, 1, 2]);
    expect(assigned.get('new')?.get(v2)).toEqual([0, 1, 2]);
  });

  it('assigns only to subscribers where nobody reads all versions', () => {
    const assigned = coPartitionedAssignor([member('one', [v1]), member('two', [v2])], counts(2));
    expect(assigned.get('one')).toEqual(new Map([[v1, [0, 1]]]));
    expect(assigned.get('two')).toEqual(new Map([[v2, [0, 1]]]));
  });

  it('lets members that disagree never share, and gives the preferred side everything', () => {
    const assigned = coPartitionedAssignor(
      [
        member('new', [v1, v2], { agreement: 'static:b', preference: 2 }),
        member('old', [v1, v2], { agreement: 'static:a', preference: 1 }),
      ],
      counts(3),
    );
    expect(assigned.get('old')?.get(v2)).toEqual([0, 1, 2]);
    expect([...(assigned.get('new') ?? [])]).toEqual([]);
  });

  it('gives nothing to members that park nothing beside one that does: they would handle what follows a parked event', () => {
    const retry = 'reminders.retry';
    const assigned = coPartitionedAssignor(
      [member('without', [v1, v2]), member('with', [v1, v2, retry])],
      counts(3, [v1, v2, retry]),
    );
    expect(assigned.get('with')?.get(v2)).toEqual([0, 1, 2]);
    expect([...(assigned.get('without') ?? [])]).toEqual([]);
  });

  it('assigns nothing to a member that says nothing of itself', () => {
    const foreign: JoiningMember = { memberId: 'foreign', topics: [v1, v2], metadata: '' };
    const assigned = coPartitionedAssignor([foreign, member('a', [v1, v2])], counts(2));
    expect([...(assigned.get('foreign') ?? [])]).toEqual([]);
    expect(assigned.get('a')?.get(v1)).toEqual([0, 1]);
  });

  it('is co-partitioned, complete, by subscription, one-sided and independent of the order of members', () => {
    const topics = [v1, v2, 'lending.BooksBorrowed.v3', 'billing.InvoiceSent.v1'];
    const someMember = fc.record({
      topics: fc.subarray(topics, { minLength: 1 }),
      side: fc.constantFrom('a', 'b'),
    });
    const property = fc.property(
      fc.array(someMember, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 7 }),
      (some, partitions) => {
        const members = some.map(({ topics: subscribed, side }, i) =>
          member(`m${i}`, subscribed, { agreement: side, preference: side === 'a' ? 1 : 2 }),
        );
        const wanted = [...new Set(members.flatMap((one) => one.topics))];
        const assigned = coPartitionedAssignor(members, counts(partitions, wanted));

        expect(coPartitionedAssignor([...members].reverse(), counts(partitions, wanted))).toEqual(assigned);
        const side = some.some((one) => one.side === 'a') ? 'a' : 'b';
        const entitled = members.filter((_, i) => some[i]?.side === side);
        for (const topic of wanted) {
          const subscribers = entitled.filter((one) => one.topics.includes(topic));
          const owners = ownersOf(assigned, topic);
          expect(owners.size).toBe(subscribers.length === 0 ? 0 : partitions);
          for (const [owner, ...others] of owners.values()) {
            expect(others).toEqual([]);
            expect(subscribers.map(({ memberId }) => memberId)).toContain(owner);
          }
        }
        const books = wanted.filter((topic) => topic.startsWith('lending'));
        if (entitled.some((one) => books.every((topic) => one.topics.includes(topic))))
          for (const topic of books)
            expect(ownersOf(assigned, topic)).toEqual(ownersOf(assigned, books[0] ?? ''));
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});
