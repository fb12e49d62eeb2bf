import { topicOf, version } from '@baton/core';
import { type BindingSource, writeMemberMetadata } from '@baton/messaging';
import {
  createManualClock,
  createMemoryControlLog,
  createMemoryGroups,
  createMemoryPresenceStore,
  type ManualClock,
  type MemoryControlLog,
  type MemoryGroups,
} from '@baton/testing';
import {
  applyMigration,
  type BindTimings,
  type ControlLog,
  createLogBindings,
  createLogPublicationPolicy,
  foldEntries,
  followControlLog,
  type GroupReader,
  type GroupUsage,
  type MigrationFile,
  type MigrationOptions,
  makePlan,
  type Presence,
  type PresenceStore,
  parseMigration,
  presenceKey,
  type SourceUsage,
  sign,
  type TopicGuard,
  type UnsignedEntry,
  type UsageReader,
} from '../src/index';

export const eventType = 'lending.BooksBorrowed';
export const v1 = version(1);
export const v2 = version(2);
export const start = Date.UTC(2026, 10, 1);
export const hour = 3_600_000;
export const timings: BindTimings = { leaseMs: 6000, marginMs: 1000, listingMs: 3000, decisionMs: 10_000 };
export const lead = 7000;

/** A migration of two groups, one at work and one stopped. */
export const migration: MigrationFile = parseMigration(
  {
    schemaVersion: 1,
    type: eventType,
    from: 1,
    to: 2,
    deadline: new Date(start + hour).toISOString(),
    reason: 'changeInfo goes',
    groups: [
      { group: 'reminders', bind: 'now' },
      { group: 'statistics', bind: 'stopped' },
    ],
  },
  'books-borrowed-2.yaml',
);

/** A world in memory in which a migration can run from end to end: publishers, members, a broker that refuses writes. */
export const createMigrationWorld = async () => {
  const clock = createManualClock(start);
  const memory = createMemoryControlLog({ now: clock.now });
  const groups = createMemoryGroups();
  const presence = createMemoryPresenceStore({ now: clock.now });
  const broker = { authorizer: true, refused: new Set<string>() };
  const seen: { sources: SourceUsage[]; strangers: GroupUsage[] } = { sources: [], strangers: [] };
  for (const v of [v1, v2])
    groups.setTopic(topicOf(eventType, v), [[start - 2000, start - 1000], [start - 500]]);
  const append = (entry: UnsignedEntry) =>
    memory.connect().append(sign(entry, { by: 'test', reason: 'test' }));
  for (const group of ['reminders', 'statistics']) {
    await append({ kind: 'group-registered', group, eventType, defaultVersion: v1, handles: [v1, v2] });
    for (const v of [v1, v2]) groups.setCommitted(group, topicOf(eventType, v), [2, 1]);
    groups.setMembers(group, []);
  }
  const guard: TopicGuard = {
    refuseWrites: async (topic) => {
      if (!broker.authorizer) return 'no-authorizer';
      broker.refused.add(topic);
      return 'refused';
    },
    writesRefused: async (topic) => (broker.authorizer ? broker.refused.has(topic) : undefined),
  };
  const usage: UsageReader = {
    lastRecords: async (topic) => ({ topic, sources: seen.sources, reach: 'whole' }),
    groupsOn: async () => seen.strangers,
  };
  const deps = (log: ControlLog = memory.connect()) => ({
    follower: followControlLog({ log }),
    groups: withLibrary(groups),
    offsets: groups,
    presence,
    clock,
    guard,
    usage,
    outbox: 'none-configured' as const,
    deadLetters: 'none-configured' as const,
    newId: idSource(memory),
  });
  const options: MigrationOptions = { by: 'cron', versions: [v1, v2], timings, manifest: [], waitMs: 3000 };
  const people = createPeople({ clock, memory, groups, presence });
  return {
    clock,
    memory,
    groups,
    presence,
    broker,
    seen,
    deps,
    options,
    append,
    state: () => foldEntries(memory.entries()),
    ...people,
    /** Lets time go by; whoever lives says so. */
    pass: async (ms: number): Promise<void> => {
      await clock.advance(ms);
      await people.sayHello();
    },
    settle: <T>(work: Promise<T>): Promise<T> => clock.runUntilSettled(work),
    plan: (file: MigrationFile = migration) => makePlan(deps(), file, options),
    apply: (file: MigrationFile = migration, more: Partial<MigrationOptions> = {}, log?: ControlLog) =>
      applyMigration(deps(log), file, { ...options, ...more }),
  };
};

export type MigrationWorld = Awaited<ReturnType<typeof createMigrationWorld>>;

/** Publishers and members, who say that they live, follow the log and answer. */
const createPeople = ({
  clock,
  memory,
  groups,
  presence,
}: {
  clock: ManualClock;
  memory: MemoryControlLog;
  groups: MemoryGroups;
  presence: PresenceStore;
}) => {
  const words = new Map<string, Presence>();
  const sayHello = async (): Promise<void> => {
    for (const [key, word] of words) await presence.put(key, word);
  };
  const say = async (word: Presence): Promise<void> => {
    words.set(presenceKey(word), word);
    await sayHello();
  };
  return {
    sayHello,
    /** It acknowledges when it is asked to stop. */
    startPublisher: async (instance: string, behaviour: 'acknowledges' | 'silent' = 'acknowledges') => {
      await say({ ...wordOf(instance), kind: 'publisher', publishes: { [eventType]: [v1, v2] } });
      const policy = createLogPublicationPolicy({ source: { log: memory.connect() }, instance });
      policy.onChange(() => {
        if (behaviour === 'silent' || policy.standing(eventType, v1).kind !== 'retiring') return;
        void policy.acknowledgeRetired(eventType, v1);
      });
      await policy.catchUp();
      return policy;
    },
    /** A publisher takes its word back when it closes. */
    closePublisher: async (instance: string) => {
      words.delete(`publisher ${instance}`);
      await presence.remove(`publisher ${instance}`);
    },
    startMember: async (group: string, memberId: string): Promise<BindingSource> => {
      await say({ ...wordOf(memberId), kind: 'member', group, handles: { [eventType]: [v1, v2] } });
      const bindings = createLogBindings({ log: memory.connect(), group, by: memberId, lead, clock });
      groups.setMembers(group, [memberId]);
      const answered = new Set<string>();
      bindings.onChange(() => {
        const { proposal } = bindings.of(eventType);
        if (proposal === undefined || answered.has(proposal.id)) return;
        answered.add(proposal.id);
        void bindings.answer(proposal.id, memberId, { kind: 'acknowledged' });
      });
      await bindings.catchUp();
      return bindings;
    },
  };
};

const wordOf = (instance: string) => ({
  schemaVersion: 1 as const,
  instance,
  service: 'service',
  host: 'localhost',
  pid: 1,
  startedAt: start,
});

const withLibrary = (reader: GroupReader): GroupReader => ({
  ...reader,
  describe: async (group) => {
    const described = await reader.describe(group);
    const metadata = (instance: string): string =>
      writeMemberMetadata({ instance, agreement: 'log:memory', preference: 0 });
    return {
      ...described,
      members: described.members.map((member) => ({ ...member, metadata: metadata(member.clientId) })),
    };
  },
});

/** Ids that no other run draws. */
const idSource = (memory: { entries(): readonly unknown[] }): (() => string) => {
  const run = memory.entries().length;
  runs += 1;
  const own = runs;
  let ids = 0;
  return () => {
    ids += 1;
    return `p${run}-${own}-${ids}`;
  };
};

let runs = 0;
