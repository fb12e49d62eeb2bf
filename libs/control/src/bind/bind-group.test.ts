import { beginningOfTime, type Instant, instantFromMillis, topicOf, version } from '@baton/core';
import type { BindingSource } from '@baton/messaging';
import {
  createManualClock,
  createMemoryControlLog,
  createMemoryGroups,
  createMemoryPresenceStore,
} from '@baton/testing';
import {
  type BindRequest,
  type BindTimings,
  bindGroup,
  type ControlLog,
  createLogBindings,
  type EntryKind,
  foldEntries,
  followControlLog,
  groupState,
  sign,
  type UnsignedEntry,
} from '../index';

const eventType = 'lending.BooksBorrowed';
const group = 'reminders';
const v1 = version(1);
const v2 = version(2);
const start = Date.UTC(2026, 10, 1);
const timings: BindTimings = { leaseMs: 6000, marginMs: 1000, listingMs: 3000, decisionMs: 10_000 };
const lead = 7000;
const request: BindRequest = { group, eventType, version: v2 };

type Behaviour = 'acknowledges' | 'refuses' | 'silent';

/** A broker whose clock is `aheadMs` ahead of the scripts', a registered group, and ways to use it. */
const setUp = async ({ aheadMs = 0 } = {}) => {
  const clock = createManualClock(start);
  const memory = createMemoryControlLog({ now: () => clock.now() + aheadMs });
  const groups = createMemoryGroups();
  for (const v of [v1, v2]) groups.setTopic(topicOf(eventType, v), [[], []]);
  groups.setMembers(group, []);
  const append = (entry: UnsignedEntry, by = 'somebody') =>
    memory.connect().append(sign(entry, { by, reason: 'test' }));
  await append({ kind: 'group-registered', group, eventType, defaultVersion: v1, handles: [v1, v2] });
  let ids = 0;
  const deps = (log: ControlLog = memory.connect()) => ({
    follower: followControlLog({ log }),
    groups,
    offsets: groups,
    presence: createMemoryPresenceStore({ now: clock.now }),
    clock,
    newId: () => {
      ids += 1;
      return `p${ids}`;
    },
  });
  const options = { by: 'script', reason: 'test', versions: [v1, v2], timings };
  return {
    clock,
    memory,
    groups,
    append,
    deps,
    options,
    bind: (asked: Partial<BindRequest> = {}, more: Partial<Parameters<typeof bindGroup>[2]> = {}) =>
      clock.runUntilSettled(bindGroup(deps(), { ...request, ...asked }, { ...options, ...more })),
    state: () => groupState(foldEntries(memory.entries()), group, eventType),
    kinds: (): EntryKind[] => foldEntriesKinds(memory.entries()),
  };
};

const foldEntriesKinds = (entries: readonly { readonly value: unknown }[]): EntryKind[] =>
  entries.map(({ value }) => (value as { kind: EntryKind }).kind);

type SetUp = Awaited<ReturnType<typeof setUp>>;

/** A member at work: it follows the log and answers each proposal once. */
const startMember = async (world: SetUp, memberId: string, behaviour: Behaviour): Promise<BindingSource> => {
  const { memory, clock } = world;
  const bindings = createLogBindings({ log: memory.connect(), group, by: memberId, lead, clock });
  const answered = new Set<string>();
  bindings.onChange(() => {
    const proposal = bindings.of(eventType).proposal;
    if (proposal === undefined || answered.has(proposal.id) || behaviour === 'silent') return;
    answered.add(proposal.id);
    void bindings.answer(
      proposal.id,
      memberId,
      behaviour === 'acknowledges'
        ? { kind: 'acknowledged' }
        : { kind: 'refused', because: 'past the instant' },
    );
  });
  await bindings.catchUp();
  return bindings;
};

const boundTo2From = (since: number) => [
  { since: beginningOfTime, version: 1 },
  { since, version: 2 },
];

describe('binding a stopped group', () => {
  it('proposes the earliest valid instant, lists nobody and confirms', async () => {
    const world = await setUp();
    const result = await world.bind();
    expect(result).toMatchObject({ kind: 'bound', since: start + lead + timings.listingMs, because: [] });
    expect(result.attempts).toMatchObject([{ outcome: 'confirmed', listed: [], answers: [] }]);
    expect(world.kinds()).toEqual([
      'group-registered',
      'binding-requested',
      'binding-proposed',
      'binding-listed',
      'binding-confirmed',
    ]);
    expect(world.state().timeline).toEqual(boundTo2From(start + 10_000));
  });

  it('takes the instant by the clock of the broker, not its own', async () => {
    for (const aheadMs of [3_600_000, -3_600_000]) {
      const world = await setUp({ aheadMs });
      expect(await world.bind()).toMatchObject({ kind: 'bound', since: start + aheadMs + 10_000 });
    }
  });

  it('changes nothing when it is bound already', async () => {
    const world = await setUp();
    const { since } = await world.bind();
    const again = await world.bind();
    expect(again).toMatchObject({ kind: 'already-bound', since, attempts: [] });
    expect(world.state().timeline).toHaveLength(2);
  });

  it('binds back to the older version from a later instant', async () => {
    const world = await setUp();
    await world.bind();
    const back = await world.bind({ version: v1 });
    expect(back.kind).toBe('bound');
    expect(world.state().timeline).toEqual([
      ...boundTo2From(start + 10_000),
      { since: back.since, version: 1 },
    ]);
  });

  it('takes a named instant, and refuses one that is too early with the earliest valid one', async () => {
    const world = await setUp();
    const late = instantFromMillis(start + 86_400_000);
    const tooEarly = await world.bind({ since: instantFromMillis(start + 9_999) });
    expect(tooEarly).toMatchObject({ kind: 'refused', decision: { earliest: start + 10_000 } });
    expect(tooEarly.because.map(({ code }) => code)).toEqual(['since-too-early']);
    expect(tooEarly.because[0]?.text).toContain('2026-11-01T00:00:10.000Z');
    expect(world.state().open).toBeUndefined();
    expect(await world.bind({ since: late })).toMatchObject({ kind: 'bound', since: late });
  });

  it('appends nothing in a dry run, and says what it would propose and on which facts', async () => {
    const world = await setUp();
    const planned = await world.bind({}, { dryRun: true });
    expect(planned).toMatchObject({
      kind: 'planned',
      since: undefined,
      decision: { kind: 'propose', proposal: { since: start + 10_000, lead, expectedRevision: 1 } },
      facts: { brokerTimeFrom: 'clock', group: { state: 'Empty' } },
    });
    expect(planned.facts.partitions).toHaveLength(4);
    expect(world.memory.entries()).toHaveLength(1);
  });

  it('refuses a group that never registered', async () => {
    const world = await setUp();
    const result = await world.bind({ group: 'strangers' });
    expect(result).toMatchObject({ kind: 'refused', timeline: undefined });
    expect(result.because.map(({ code }) => code)).toEqual(['group-not-registered']);
  });

  it('withdraws when a record at or after the instant was committed past meanwhile', async () => {
    const world = await setUp();
    const topic = topicOf(eventType, v1);
    const run = world.bind(
      {},
      {
        attempts: 1,
        progress: (step) => {
          if (step.kind !== 'appended' || step.entry.kind !== 'binding-listed') return;
          world.groups.setTopic(topic, [[start + 60_000], []]);
          world.groups.setCommitted(group, topic, [1, 0]);
        },
      },
    );
    const result = await run;
    expect(result.kind).toBe('withdrawn');
    expect(result.because[0]?.text).toContain(`${topic}/0`);
    expect(world.state().timeline).toHaveLength(1);
  });
});

describe('binding a group at work', () => {
  it('confirms once every listed member has acknowledged', async () => {
    const world = await setUp();
    world.groups.setMembers(group, ['m1', 'm2']);
    const members = await Promise.all(['m1', 'm2'].map((id) => startMember(world, id, 'acknowledges')));
    const result = await world.bind();
    expect(result.kind).toBe('bound');
    expect(result.attempts[0]).toMatchObject({ listed: ['m1', 'm2'] });
    expect(result.attempts[0]?.answers.map(({ member, kind }) => [member, kind])).toEqual([
      ['m1', 'acknowledged'],
      ['m2', 'acknowledged'],
    ]);
    for (const member of members) {
      await member.catchUp();
      expect(member.of(eventType)).toEqual({
        timeline: boundTo2From(start + 10_000),
        proposal: undefined,
        deprecated: new Map(),
      });
    }
  });

  it('takes answers as they come, without waiting for the next look at the group', async () => {
    const world = await setUp();
    world.groups.setMembers(group, ['m1', 'm2']);
    const members = await Promise.all(['m1', 'm2'].map((id) => startMember(world, id, 'acknowledges')));
    expect((await world.bind({}, { pollMs: 60_000 })).kind).toBe('bound');
    expect(world.clock.now()).toBe(start);
    for (const member of members) await member.close();
  });

  it('misses no answer that comes between looking and waiting', async () => {
    const world = await setUp();
    world.groups.setMembers(group, ['m1']);
    let answered = false;
    const result = await world.bind(
      {},
      {
        pollMs: 9000,
        progress: (step) => {
          if (step.kind !== 'waiting' || answered) return;
          answered = true;
          void world.append({ kind: 'binding-acknowledged', proposal: 'p1', member: 'm1' });
        },
      },
    );
    expect(result.kind).toBe('bound');
    expect(world.clock.now()).toBe(start);
  });

  it('takes an answer that comes long after the list, as soon as it comes', async () => {
    const world = await setUp();
    world.groups.setMembers(group, ['m1']);
    world.clock.after(
      4000,
      () => void world.append({ kind: 'binding-acknowledged', proposal: 'p1', member: 'm1' }),
    );
    expect((await world.bind({}, { pollMs: 9000 })).kind).toBe('bound');
    expect(world.clock.now()).toBe(start + 4000);
  });

  it('withdraws after the deadline when a member is silent, and says which one and what to do', async () => {
    const world = await setUp();
    world.groups.setMembers(group, ['m1', 'm2']);
    await startMember(world, 'm1', 'acknowledges');
    await startMember(world, 'm2', 'silent');
    const result = await world.bind({}, { attempts: 1 });
    expect(result).toMatchObject({ kind: 'withdrawn', since: undefined });
    expect(result.because[0]?.text).toMatch(/answer from m2 .* stop the group/);
    expect(result.attempts[0]?.decidedAt).toBeGreaterThan(start + 20_000);
    expect(world.state()).toMatchObject({ open: undefined, timeline: [{ version: 1 }] });
  });

  it('withdraws as soon as a member refuses, and proposes again a few times', async () => {
    const world = await setUp();
    world.groups.setMembers(group, ['m1']);
    await startMember(world, 'm1', 'refuses');
    const result = await world.bind();
    expect(result.kind).toBe('withdrawn');
    expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['withdrawn', 'withdrawn', 'withdrawn']);
    expect(result.because[0]?.text).toContain('m1 refused: past the instant');
    expect(world.clock.now()).toBeLessThan(start + 10_000);
  });

  it('withdraws when a listed member leaves unheard, and binds with the members that are there then', async () => {
    const world = await setUp();
    world.groups.setMembers(group, ['m1', 'gone']);
    await startMember(world, 'm1', 'acknowledges');
    world.clock.after(2000, () => world.groups.setMembers(group, ['m1']));
    const result = await world.bind();
    expect(result.kind).toBe('bound');
    expect(result.attempts).toMatchObject([
      { outcome: 'withdrawn', because: expect.stringContaining('gone, but it left') },
      { outcome: 'confirmed', listed: ['m1'] },
    ]);
  });

  it('refuses while a live member does not handle the version', async () => {
    const world = await setUp();
    world.groups.setMembers(group, ['m1']);
    const deps = world.deps();
    await deps.presence.put('member reminders m1', {
      kind: 'member',
      schemaVersion: 1,
      instance: 'm1',
      service: 'reminders',
      group,
      handles: { [eventType]: [1] },
      host: 'h',
      pid: 1,
      startedAt: start,
    });
    const result = await world.clock.runUntilSettled(bindGroup(deps, request, world.options));
    expect(result.because.map(({ code }) => code)).toEqual(['version-not-handled']);
  });

  it('proposes again when the members could not be listed in time', async () => {
    const world = await setUp();
    const { groups } = world;
    let describes = 0;
    const slow = {
      ...world.deps(),
      groups: {
        ...groups,
        describe: async (name: string) => {
          describes += 1;
          if (describes === 2) await world.clock.advance(timings.listingMs + 1);
          return groups.describe(name);
        },
      },
    };
    const result = await bindGroup(slow, request, world.options);
    expect(result.kind).toBe('bound');
    expect(result.attempts).toMatchObject([
      { outcome: 'withdrawn', because: expect.stringContaining('listed too late') },
      { outcome: 'confirmed' },
    ]);
  });

  it('leaves the proposal to the next run when the broker cannot list the members', async () => {
    const world = await setUp();
    let describes = 0;
    const deps = {
      ...world.deps(),
      groups: {
        ...world.groups,
        describe: async (name: string) => {
          describes += 1;
          const described = await world.groups.describe(name);
          return describes === 2 ? { ...described, state: 'Unknown' as const } : described;
        },
      },
    };
    await expect(bindGroup(deps, request, world.options)).rejects.toMatchObject({
      code: 'broker-unavailable',
    });
    expect(world.state().open?.id).toBe('p1');
    expect(await world.bind()).toMatchObject({ kind: 'bound', attempts: [{ proposal: 'p1' }] });
  });
});

describe('two scripts at once', () => {
  it('bind once', async () => {
    const world = await setUp();
    world.groups.setMembers(group, ['m1']);
    await startMember(world, 'm1', 'acknowledges');
    const results = await world.clock.runUntilSettled(
      Promise.all(
        ['script-a', 'script-b'].map((by) => bindGroup(world.deps(), request, { ...world.options, by })),
      ),
    );
    expect(world.state().timeline).toEqual(boundTo2From(start + 10_000));
    expect(world.state().open).toBeUndefined();
    for (const result of results) expect(['bound', 'already-bound']).toContain(result.kind);
  });
});

describe('a script that dies', () => {
  class Killed extends Error {}

  /** A log whose client dies at its nth append: before the entry is stored, or right after. */
  const mortal = (log: ControlLog, nth: number, when: 'before' | 'after'): ControlLog => {
    let appends = 0;
    return {
      ...log,
      append: async (value) => {
        appends += 1;
        if (appends === nth && when === 'before') throw new Killed();
        const stored = await log.append(value);
        if (appends === nth) throw new Killed();
        return stored;
      },
    };
  };

  const points = [1, 2, 3, 4].flatMap((nth) => [
    { nth, when: 'before' as const },
    { nth, when: 'after' as const },
  ]);

  for (const restartAfter of [0, 5000, 60_000]) {
    for (const next of ['script', 'another']) {
      it.each(points)(
        `at append $nth ($when) is gone on with by ${next} ${restartAfter} ms later`,
        async (point) => {
          const world = await setUp();
          world.groups.setMembers(group, ['m1']);
          await startMember(world, 'm1', 'acknowledges');
          const doomed = bindGroup(
            world.deps(mortal(world.memory.connect(), point.nth, point.when)),
            request,
            world.options,
          );
          await expect(world.clock.runUntilSettled(doomed)).rejects.toThrow(Killed);
          await world.clock.advance(restartAfter);
          const result = await world.bind({}, { by: next });
          expect(['bound', 'already-bound']).toContain(result.kind);
          const { timeline, open } = world.state();
          expect(timeline).toEqual(boundTo2From(result.since as Instant));
          expect(open).toBeUndefined();
        },
      );
    }
  }

  it('does not keep the members waiting: they withdraw what is past its deadline', async () => {
    const world = await setUp();
    world.groups.setMembers(group, ['m1', 'm2']);
    const members = [
      await startMember(world, 'm1', 'acknowledges'),
      await startMember(world, 'm2', 'silent'),
    ];
    const doomed = bindGroup(world.deps(mortal(world.memory.connect(), 3, 'after')), request, world.options);
    await expect(world.clock.runUntilSettled(doomed)).rejects.toThrow(Killed);
    await world.clock.advance(19_000);
    expect(world.state().open?.id).toBe('p1');
    await world.clock.advance(3_000);
    expect(world.state().open).toBeUndefined();
    expect(world.state().decided).toMatchObject([{ id: 'p1', outcome: 'withdrawn' }]);
    for (const member of members) {
      await member.catchUp();
      expect(member.of(eventType).proposal).toBeUndefined();
      await member.close();
    }
  });

  it('is waited for by the broker clock even where the members clock runs ahead of it', async () => {
    const world = await setUp({ aheadMs: -30_000 });
    world.groups.setMembers(group, ['m1']);
    const member = await startMember(world, 'm1', 'silent');
    const doomed = bindGroup(world.deps(mortal(world.memory.connect(), 3, 'after')), request, world.options);
    await expect(world.clock.runUntilSettled(doomed)).rejects.toThrow(Killed);
    await world.clock.advance(19_000);
    expect(world.state().open?.id).toBe('p1');
    await world.clock.advance(4_000);
    expect(world.state().open).toBeUndefined();
    expect(world.kinds().filter((kind) => kind === 'binding-withdrawn')).toHaveLength(2);
    await member.close();
  });
});
