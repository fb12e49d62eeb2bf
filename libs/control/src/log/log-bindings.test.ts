import { beginningOfTime, type Version, version } from '@baton/core';
import {
  createManualClock,
  createMemoryControlLog,
  createMemoryPresenceStore,
  type MemoryControlLog,
} from '@baton/testing';
import { createLogBindings, type Presence, presenceKey, sign, type UnsignedEntry } from '../index';

const eventType = 'lending.BooksBorrowed';
const group = 'reminders';
const v1 = version(1);
const v2 = version(2);

const setUp = () => {
  const time = { now: 1_000_000 };
  const memory = createMemoryControlLog({ id: 'log-1', now: () => time.now });
  const member = (by: string, lead = 7000) =>
    createLogBindings({ log: memory.connect(), group, by, lead, clock: createManualClock(time.now) });
  return { time, memory, member };
};

const append = (memory: MemoryControlLog, entry: UnsignedEntry): Promise<unknown> =>
  memory.connect().append(sign(entry, { by: 'script', reason: 'test' }));

const propose = (memory: MemoryControlLog, id: string, lead = 7000): Promise<unknown> =>
  append(memory, {
    kind: 'binding-proposed',
    proposal: id,
    group,
    eventType,
    version: v2,
    since: 1_020_000,
    decideBy: 1_030_000,
    lead,
    expectedRevision: 1,
  });

const registration = { eventType, kind: 'event' as const, defaultVersion: v1, handles: [v1, v2] };

describe('bindings from the control log', () => {
  it('know no timeline before the group has registered', async () => {
    const { member } = setUp();
    const bindings = member('a');
    await bindings.catchUp();
    expect(bindings.of(eventType)).toEqual({
      timeline: undefined,
      proposal: undefined,
      deprecated: new Map(),
    });
    expect(bindings.agreement).toEqual({ key: 'log:log-1', preference: 0 });
    expect(bindings.commitMetadata).toBeUndefined();
  });

  it('record the default timeline at the first registration and keep it', async () => {
    const { memory, member } = setUp();
    const first = member('a');
    await first.register(registration);
    const later = member('b');
    await later.register({ ...registration, defaultVersion: v2 });
    expect(later.of(eventType).timeline).toEqual([{ since: beginningOfTime, version: 1 }]);
    expect(memory.entries()).toHaveLength(1);
  });

  describe('of a new group that begins with v2', () => {
    const begins = async (publishes: readonly number[], fromVersion?: Version) => {
      const { memory } = setUp();
      const store = createMemoryPresenceStore({ now: () => 0 });
      const publisher: Presence = {
        schemaVersion: 1,
        kind: 'publisher',
        instance: 'lending-1',
        service: 'lending',
        host: 'h',
        pid: 1,
        startedAt: 0,
        publishes: { [eventType]: publishes.map(version) },
      };
      await store.put(presenceKey(publisher), publisher);
      const bindings = createLogBindings({
        log: memory.connect(),
        group,
        by: 'a',
        lead: 7_000,
        clock: createManualClock(0),
        presence: () => store,
        ...(fromVersion === undefined ? {} : { fromVersion }),
      });
      const registered = bindings.register({ ...registration, defaultVersion: v2, handles: [v2] });
      return { memory, registered };
    };

    it('are refused while a publisher of only older versions lives', async () => {
      const { registered, memory } = await begins([1]);
      await expect(registered).rejects.toMatchObject({
        code: 'missing-handler',
        message: expect.stringContaining('lending-1 (v1)'),
      });
      expect(memory.entries()).toEqual([]);
    });

    it.each([[[1, 2]], [[2]], [[]]])('are recorded where the publisher writes %j', async (publishes) => {
      const { registered, memory } = await begins(publishes);
      await registered;
      expect(memory.entries()).toHaveLength(1);
    });

    it('are recorded, with the wish, if it insists', async () => {
      const { registered, memory } = await begins([1], v2);
      await registered;
      expect(memory.entries()[0]?.value).toMatchObject({ kind: 'group-registered', fromVersion: 2 });
    });
  });

  it('agree when two members register at once', async () => {
    const { memory, member } = setUp();
    const [a, b] = [member('a'), member('b')];
    await Promise.all([a.register(registration), b.register({ ...registration, defaultVersion: v2 })]);
    expect(memory.entries()).toHaveLength(2);
    expect(a.of(eventType).timeline).toEqual([{ since: beginningOfTime, version: 1 }]);
    expect(b.of(eventType)).toEqual(a.of(eventType));
  });

  it('show an open proposal, and the timeline once it is confirmed', async () => {
    const { memory, member } = setUp();
    const bindings = member('a');
    await bindings.register(registration);
    await propose(memory, 'p1');
    await bindings.catchUp();
    expect(bindings.of(eventType).proposal).toEqual({ id: 'p1', since: 1_020_000, version: 2 });
    await append(memory, { kind: 'binding-listed', proposal: 'p1', members: ['m1'] });
    await bindings.answer('p1', 'm1', { kind: 'acknowledged' });
    await append(memory, { kind: 'binding-confirmed', proposal: 'p1' });
    await bindings.catchUp();
    expect(bindings.of(eventType)).toEqual({
      timeline: [
        { since: beginningOfTime, version: 1 },
        { since: 1_020_000, version: 2 },
      ],
      proposal: undefined,
      deprecated: new Map(),
    });
  });

  it('call back when something of the group changes, and only then', async () => {
    const { memory, member } = setUp();
    const bindings = member('a');
    await bindings.register(registration);
    let calls = 0;
    const stop = bindings.onChange(() => {
      calls += 1;
    });
    await append(memory, {
      kind: 'group-registered',
      group: 'other',
      eventType,
      defaultVersion: v1,
      handles: [v1],
    });
    await bindings.catchUp();
    expect(calls).toBe(0);
    await propose(memory, 'p1');
    await bindings.catchUp();
    expect(calls).toBe(1);
    stop();
    await append(memory, { kind: 'binding-withdrawn', proposal: 'p1', because: 'test' });
    await bindings.catchUp();
    expect(calls).toBe(1);
  });

  it('go on after a listener that throws', async () => {
    const { memory, member } = setUp();
    const bindings = member('a');
    bindings.onChange(() => {
      throw new Error('listener');
    });
    await bindings.register(registration);
    await propose(memory, 'p1');
    await bindings.catchUp();
    expect(bindings.of(eventType).proposal?.id).toBe('p1');
  });

  it('answer nothing to a proposal that is decided', async () => {
    const { memory, member } = setUp();
    const bindings = member('a');
    await bindings.register(registration);
    await propose(memory, 'p1');
    await append(memory, { kind: 'binding-withdrawn', proposal: 'p1', because: 'test' });
    await bindings.catchUp();
    await bindings.answer('p1', 'm1', { kind: 'acknowledged' });
    expect(memory.entries()).toHaveLength(3);
  });

  it('refuse a proposal whose lead is shorter than lease and margin of the member', async () => {
    const { memory, member } = setUp();
    const bindings = member('a', 12_000);
    await bindings.register(registration);
    await propose(memory, 'p1', 7000);
    await bindings.catchUp();
    await bindings.answer('p1', 'm1', { kind: 'acknowledged' });
    expect(memory.entries().at(-1)?.value).toMatchObject({
      kind: 'binding-refused',
      member: 'm1',
      because: expect.stringContaining('at least 12000 ms'),
    });
  });

  it('read past entries that nobody understands', async () => {
    const { memory, member } = setUp();
    memory.appendText('not json');
    memory.appendText('{"kind":"from-the-future","schemaVersion":1}');
    const bindings = member('a');
    await bindings.register(registration);
    expect(bindings.of(eventType).timeline).toBeDefined();
  });
});

describe('registering for what goes away', () => {
  const announce = (memory: MemoryControlLog): Promise<unknown> =>
    append(memory, {
      kind: 'announced',
      eventType,
      from: v1,
      to: v2,
      deadline: 2_000_000,
      expectedRevision: 0,
    });
  const onlyV1 = { ...registration, handles: [v1] };

  it('tells the readers of a deprecated version about deadline and successor', async () => {
    const { memory, member } = setUp();
    const bindings = member('a');
    await bindings.register(registration);
    let calls = 0;
    bindings.onChange(() => {
      calls += 1;
    });
    await announce(memory);
    await bindings.catchUp();
    expect(calls).toBe(1);
    expect(bindings.of(eventType).deprecated).toEqual(
      new Map([[v1, { deadline: 2_000_000, successor: v2 }]]),
    );
  });

  it('is refused to a new group of deprecated versions only, unless it insists', async () => {
    const { memory, member } = setUp();
    await announce(memory);
    await expect(member('a').register(onlyV1)).rejects.toMatchObject({
      code: 'version-deprecated',
      message: expect.stringContaining('v1 until 1970-01-01T00:33:20.000Z in favour of v2'),
    });
    expect(memory.entries()).toHaveLength(1);
    const insists = createLogBindings({
      log: memory.connect(),
      group,
      by: 'a',
      lead: 7000,
      clock: createManualClock(0),
      allowDeprecated: true,
    });
    await insists.register(onlyV1);
    expect(insists.of(eventType).timeline).toHaveLength(1);
    expect(memory.entries().map(({ value }) => (value as { kind: string }).kind)).toEqual([
      'announced',
      'deprecated-allowed',
      'group-registered',
    ]);
  });

  it('is free to a group that registered before, and to a new one that reads the successor too', async () => {
    const { memory, member } = setUp();
    await member('a').register(onlyV1);
    await announce(memory);
    await member('b').register(onlyV1);
    const other = createLogBindings({
      log: memory.connect(),
      group: 'other',
      by: 'c',
      lead: 7000,
      clock: createManualClock(0),
    });
    await other.register(registration);
    expect(other.of(eventType).timeline).toBeDefined();
  });

  it('is refused to a second receiver of a command, two at once too', async () => {
    const { memory, member } = setUp();
    const command = { ...registration, kind: 'command' as const };
    const other = createLogBindings({
      log: memory.connect(),
      group: 'other',
      by: 'o',
      lead: 7000,
      clock: createManualClock(0),
    });
    const both = [member('a'), other];
    const outcomes = await Promise.allSettled(both.map((one) => one.register(command)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const [i, outcome] of outcomes.entries()) {
      const again = both[i]?.register(command);
      if (outcome.status === 'fulfilled') await again;
      else await expect(again).rejects.toMatchObject({ code: 'second-receiver' });
    }
  });
});
