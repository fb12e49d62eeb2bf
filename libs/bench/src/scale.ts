import { presenceKey } from '@baton/control';
import { version } from '@baton/core';
import { coPartitionedAssignor, type JoiningMember, writeMemberMetadata } from '@baton/messaging';
import { AssignerProtocol } from 'kafkajs';
import { foldMs } from './rows/replay';
import { controlEntries, entriesOfBinding } from './workload/control-entries';

/** One line of the table of growth: what, how much of it causes it, and what it comes to. */
export interface ScaleLine {
  readonly what: string;
  readonly at: string;
  readonly figure: string;
}

interface GroupShape {
  readonly types: number;
  readonly partitions: number;
  readonly members: number;
}

const typeName = (n: number): string => `lending.EventType${String(n).padStart(4, '0')}`;

const topicsOf = (types: number): readonly string[] =>
  Array.from({ length: types }, (_, n) => [`${typeName(n)}.v1`, `${typeName(n)}.v2`]).flat();

const memberOf = (topics: readonly string[], n: number): JoiningMember => ({
  memberId: `reminders-${n}-6f2b7c1e-5a0d-4a3e-9a53-1f2e3d4c5b6a`,
  topics,
  metadata: writeMemberMetadata({
    ...{ instance: `reminders-${n}`, agreement: 'log:Some6ClusterId4Kraft9/baton.control', preference: 0 },
  }),
});

/** How many bytes one member sends when it joins; the leader of the group gets as many from each. */
export const joinBytes = (types: number): number => {
  const { topics, metadata } = memberOf(topicsOf(types), 0);
  return AssignerProtocol.MemberMetadata.encode({
    version: 1,
    topics: [...topics],
    userData: Buffer.from(metadata),
  }).length;
};

export interface AssignmentFigures {
  readonly ms: number;
  /** What the leader sends to the broker for all members together. */
  readonly bytes: number;
  /** The most and the fewest partitions that one member gets. */
  readonly most: number;
  readonly fewest: number;
}

/** What one rebalance costs its leader. Throws if the partitions are not all given, each to one member. */
export const assignment = ({ types, partitions, members }: GroupShape): AssignmentFigures => {
  const topics = topicsOf(types);
  const joining = Array.from({ length: members }, (_, n) => memberOf(topics, n));
  const counts = new Map(topics.map((topic) => [topic, partitions]));
  const began = performance.now();
  const assigned = coPartitionedAssignor(joining, counts);
  const ms = performance.now() - began;
  const owned = [...assigned.values()].map((own) =>
    [...own.values()].reduce((sum, of) => sum + of.length, 0),
  );
  const given = owned.reduce((sum, one) => sum + one, 0);
  if (given !== topics.length * partitions)
    throw new Error(`Expected ${topics.length * partitions} partitions to be assigned, got ${given}.`);
  const bytes = [...assigned.values()].reduce(
    (sum, own) =>
      sum +
      AssignerProtocol.MemberAssignment.encode({
        version: 1,
        assignment: Object.fromEntries([...own].map(([topic, of]) => [topic, [...of]])),
        userData: Buffer.alloc(0),
      }).length,
    0,
  );
  return { ms, bytes, most: Math.max(...owned), fewest: Math.min(...owned) };
};

/** How many bytes an entry of the control log has on average, as JSON. */
export const entryBytes = (members: number): number => {
  const entries = [...controlEntries({ entries: 10_000, groups: 100, members }, 8_000_000_000_000)];
  return entries.reduce((sum, entry) => sum + JSON.stringify(entry).length, 0) / entries.length;
};

/**
 * The entries of one whole migration of an event type: each group is registered and bound once; then v1 is announced
 * and retired (announced, retiring, an answer of each publisher, writes refused, final) and dropped by each group.
 */
export const entriesOfMigration = ({ groups, members, publishers }: MigrationShape): number =>
  groups * (1 + entriesOfBinding(members)) + 4 + publishers + groups;

interface MigrationShape {
  readonly groups: number;
  readonly members: number;
  readonly publishers: number;
}

/** How many bytes an instance keeps in the presence topic, key and value. */
export const presenceBytes = (types: number): number => {
  const presence = {
    ...({ schemaVersion: 1, kind: 'member', instance: 'reminders-17', service: 'reminders' } as const),
    ...{ host: 'reminders-17.example.org', pid: 4_711, startedAt: 1_790_000_000_000, group: 'reminders' },
    handles: Object.fromEntries(Array.from({ length: types }, (_, n) => [typeName(n), [1, 2].map(version)])),
  };
  return presenceKey(presence).length + JSON.stringify(presence).length;
};

const count = (n: number): string => Math.round(n).toLocaleString('en');
const eventTypes = (types: number): string => `${count(types)} event type${types === 1 ? '' : 's'}`;
const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(1)} kB`;

const rebalanceLine = (shape: GroupShape): ScaleLine => {
  const { ms, bytes, most, fewest } = assignment(shape);
  return {
    what: 'assignment by the leader',
    at: `${eventTypes(shape.types)} × ${shape.partitions} partitions, ${shape.members} members`,
    figure: `${ms.toFixed(0)} ms, ${kilobytes(bytes)}; ${fewest} to ${most} partitions a member`,
  };
};

/** What grows with what, in figures; times are of the machine it runs on. */
export const scaleLines = (entries = 100_000): readonly ScaleLine[] => [
  ...[1, 100, 1_000].map((types) => ({
    what: 'join request of a member',
    at: eventTypes(types),
    figure: kilobytes(joinBytes(types)),
  })),
  rebalanceLine({ types: 1, partitions: 600, members: 50 }),
  rebalanceLine({ types: 100, partitions: 12, members: 50 }),
  rebalanceLine({ types: 1_000, partitions: 6, members: 50 }),
  ...[3, 50].map((members) => ({
    what: 'control log, one binding',
    at: `${members} members`,
    figure: `${entriesOfBinding(members)} entries of ${count(entryBytes(members))} bytes`,
  })),
  {
    what: 'control log, one migration',
    at: '20 groups of 3 members, 5 publishers',
    figure: `${entriesOfMigration({ groups: 20, members: 3, publishers: 5 })} entries`,
  },
  ...[2_000, 100].map((groups) => ({
    what: 'fold of the control log',
    at: `${count(entries)} entries of ${count(groups)} groups`,
    figure: `${count(foldMs({ entries, groups, members: 3 }))} ms`,
  })),
  ...[1, 100, 1_000].map((types) => ({
    what: 'presence of an instance',
    at: eventTypes(types),
    figure: kilobytes(presenceBytes(types)),
  })),
];

/** The lines as a Markdown table. */
export const scaleTable = (lines: readonly ScaleLine[]): string =>
  [
    '| what | with | comes to |',
    '|---|---|---|',
    ...lines.map(({ what, at, figure }) => `| ${what} | ${at} | ${figure} |`),
  ].join('\n');
