import { BatonError, topicOf } from '@baton/core';
import { writeMemberMetadata } from '@baton/messaging';
import {
  createMigrationWorld,
  eventType,
  hour,
  type MigrationWorld,
  start,
  timings,
  v1,
  v2,
} from '../../test-support/migration-world';
import { deprecationOf, type RetireOptions, retirePublisher, withdrawRetiring } from '../index';

const question = { eventType, version: v1 };
const retireOptions = (world: MigrationWorld, more: Partial<RetireOptions> = {}): RetireOptions => ({
  by: 'ann',
  reason: 'test',
  versions: [v1, v2],
  manifest: ['reminders', 'statistics'],
  marginMs: timings.marginMs,
  clock: world.clock,
  waitMs: 2000,
  ...more,
});
const retire = (world: MigrationWorld, change: object = {}, more: Partial<RetireOptions> = {}) =>
  world.settle(retirePublisher({ ...world.deps(), ...change }, question, retireOptions(world, more)));
const own = (world: MigrationWorld) => deprecationOf(world.state(), eventType, v1);
const phase = (world: MigrationWorld) => own(world)?.phase.kind;
const revision = (world: MigrationWorld) => world.state().eventTypes.get(eventType)?.revision ?? 0;
const bob = { by: 'bob', reason: 'the reports still need it' };

/** Announced, bound and past the deadline, with a publisher at work. */
const readyWorld = async (behaviour: 'acknowledges' | 'silent' = 'acknowledges'): Promise<MigrationWorld> => {
  const world = await createMigrationWorld();
  await world.startPublisher('lending-1', behaviour);
  await world.settle(world.apply());
  await world.pass(hour);
  return world;
};

describe('the members of a group', () => {
  const described = (world: MigrationWorld, agreement: string | undefined) => {
    const metadata =
      agreement === undefined
        ? {}
        : { metadata: writeMemberMetadata({ instance: 'm1', agreement, preference: 1 }) };
    const member = {
      memberId: 'm1',
      clientId: 'm1',
      host: 'h',
      topics: [topicOf(eventType, v1)],
      ...metadata,
    };
    return {
      groups: {
        ...world.deps().groups,
        describe: async (group: string) => ({ group, state: 'Stable' as const, members: [member] }),
      },
    };
  };

  it.each(['static:0123456789abcdef', 'log:another', undefined])(
    'do not follow this log if they say %s, even if presence knows them',
    async (agreement) => {
      const world = await readyWorld();
      await world.startMember('reminders', 'm1');
      await world.startMember('statistics', 'm1');
      const result = await retire(world, described(world, agreement));
      expect(result).toMatchObject({ kind: 'refused', verdict: { verdict: 'unknown' } });
      expect(result.because.map(({ code }) => code)).toContain('member-without-library');
      expect(phase(world)).toBe('deprecated');
    },
  );

  it('follow this log if they name it when they join', async () => {
    const world = await readyWorld();
    expect((await retire(world, described(world, 'log:memory'))).kind).toBe('retired');
  });
});

describe('an attempt that is withdrawn', () => {
  it('stays withdrawn under a run that waits, which says who withdrew it', async () => {
    const world = await readyWorld('silent');
    let told = 0;
    const progress: RetireOptions['progress'] = ({ kind }) => {
      if (kind !== 'wait') return;
      told += 1;
      if (told === 1) void withdrawRetiring(world.deps(), question, bob);
    };
    const result = await retire(world, {}, { progress });
    expect(result).toMatchObject({ kind: 'refused', because: [{ code: 'retirement-withdrawn' }] });
    expect(result.because[0]?.text).toContain('bob: the reports still need it');
    expect(own(world)).toMatchObject({ phase: { kind: 'deprecated' }, attempts: 1 });
  });

  it('stays withdrawn under a run that read its evidence meanwhile', async () => {
    const world = await readyWorld('silent');
    const deps = world.deps();
    const deepReads = { done: 0 };
    const lastRecords = async (topic: string) => {
      deepReads.done += 1;
      if (deepReads.done === 1) {
        await retirePublisher(world.deps(), question, retireOptions(world, { waitMs: 0 }));
        await withdrawRetiring(world.deps(), question, bob);
      }
      return deps.usage.lastRecords(topic);
    };
    const result = await retire(world, { usage: { ...deps.usage, lastRecords } });
    expect(result).toMatchObject({ kind: 'refused', because: [{ code: 'retirement-withdrawn' }] });
    expect(own(world)).toMatchObject({ phase: { kind: 'deprecated' }, attempts: 1 });
  });

  it('is begun anew only by hand, not by the migration', async () => {
    const world = await readyWorld('silent');
    await retire(world);
    await withdrawRetiring(world.deps(), question, bob);
    const step = (await world.plan()).steps.find(({ id }) => id === 'retire publisher');
    expect(step).toMatchObject({ status: 'blocked' });
    expect(step?.blockedBy[0]).toContain('bob: the reports still need it');
    expect((await world.settle(world.apply())).taken).toEqual([]);
    expect(phase(world)).toBe('deprecated');
    expect(await retire(world)).toMatchObject({ kind: 'waiting', deprecation: { attempts: 2 } });
    expect((await world.settle(world.apply())).taken).toMatchObject([{ id: 'retire publisher' }]);
  });

  it('is not begun anew by a migration that planned before it was withdrawn', async () => {
    const world = await readyWorld('silent');
    let told = 0;
    const progress = () => {
      told += 1;
      if (told > 1) return;
      void world.append({
        kind: 'retiring',
        ...question,
        publishers: ['lending-1'],
        certificate: safe,
        expectedRevision: revision(world),
      });
      void world.append({ kind: 'retiring-withdrawn', ...question, expectedRevision: revision(world) });
    };
    const first = await readyWorld('silent');
    await retire(first);
    const retiringPhase = own(first)?.phase;
    if (retiringPhase?.kind !== 'retiring') throw new Error('not retiring');
    const safe = retiringPhase.retirement.certificate;
    const result = await world.settle(world.apply(undefined, { progress }));
    expect(result.taken).toMatchObject([{ id: 'retire publisher', outcome: 'waits' }]);
    expect(own(world)).toMatchObject({ phase: { kind: 'deprecated' }, attempts: 1 });
  });
});

describe('an attempt that every listed publisher acknowledged', () => {
  it('is not given up for one that is listed later: writes may be refused already', async () => {
    const world = await readyWorld();
    const deps = world.deps();
    let refusals = 0;
    const refuseWrites = async (topic: string) => {
      const outcome = await deps.guard.refuseWrites(topic);
      refusals += 1;
      const now = own(world)?.phase;
      if (refusals > 1 || now?.kind !== 'retiring') return outcome;
      const { certificate } = now.retirement;
      await world.append({
        kind: 'retiring',
        ...question,
        publishers: ['lending-9'],
        certificate,
        expectedRevision: revision(world),
      });
      expect(await withdrawRetiring(world.deps(), question, bob)).toMatchObject({ kind: 'refused' });
      return outcome;
    };
    const result = await retire(world, { guard: { ...deps.guard, refuseWrites } });
    expect(result.kind).toBe('retired');
    expect(own(world)?.attempts).toBe(1);
  });
});

describe('a run that may not decide', () => {
  it('refuses no writes at the broker', async () => {
    const world = await readyWorld();
    const deps = world.deps();
    const assertMayAppend = (kind: string): void => {
      if (kind === 'writes-refused') throw new BatonError('not-authorized', 'the public key only');
    };
    const run = retire(world, { follower: { ...deps.follower, assertMayAppend } });
    await expect(run).rejects.toMatchObject({ code: 'not-authorized' });
    expect(world.broker.refused.size).toBe(0);
    expect(own(world)?.phase.kind).toBe('retiring');
  });
});

describe('presence that cannot be read in full', () => {
  it('refuses no writes, and speaks for nobody', async () => {
    const world = await readyWorld('silent');
    await retire(world);
    await world.closePublisher('lending-1');
    await world.presence.put('publisher of the future', { schemaVersion: 9 });
    const result = await retire(world);
    expect(result).toMatchObject({ kind: 'waiting', because: [{ code: 'publishers-unknown' }] });
    expect(phase(world)).toBe('retiring');
    expect(world.broker.refused.size).toBe(0);
    await world.presence.remove('publisher of the future');
    expect((await retire(world)).kind).toBe('retired');
  });
});

describe('events that wait in an outbox', () => {
  const silentWorld = async (): Promise<MigrationWorld> => {
    const world = await readyWorld('silent');
    expect((await retire(world)).kind).toBe('waiting');
    await world.closePublisher('lending-1');
    return world;
  };

  it('keep a version open that a publisher left which has closed since', async () => {
    const world = await silentWorld();
    const result = await retire(world, { outbox: async () => 3 });
    expect(result).toMatchObject({ kind: 'waiting', because: [{ code: 'outbox-not-empty' }] });
    expect(phase(world)).toBe('retiring');
    expect(own(world)?.phase).toMatchObject({ retirement: { acknowledged: new Map() } });
    expect((await retire(world, { outbox: async () => 0 })).kind).toBe('retired');
  });

  it('are waited for', async () => {
    const world = await silentWorld();
    let rows = 3;
    world.clock.after(1000, () => {
      rows = 0;
    });
    expect((await retire(world, { outbox: async () => rows })).kind).toBe('retired');
  });

  it('are looked for once more before writes are refused', async () => {
    const world = await readyWorld();
    let rows = 0;
    const policy = await world.startPublisher('lending-2', 'silent');
    policy.onChange(() => {
      if (policy.standing(eventType, v1).kind !== 'retiring') return;
      rows = 1;
      void policy.acknowledgeRetired(eventType, v1);
    });
    const result = await retire(world, { outbox: async () => rows });
    expect(result).toMatchObject({ kind: 'waiting', because: [{ code: 'outbox-not-empty' }] });
    expect(world.broker.refused.size).toBe(0);
  });

  it('keep a version open if nobody can count them', async () => {
    const world = await silentWorld();
    const away = () => Promise.reject(new Error('the database is away'));
    const result = await retire(world, { outbox: away });
    expect(result).toMatchObject({ kind: 'waiting', because: [{ code: 'not-seen' }] });
    expect(phase(world)).toBe('retiring');
    expect((await retire(world, { outbox: undefined })).kind).toBe('waiting');
  });
});

describe('the ends of a version', () => {
  it('are read again until they stand still', async () => {
    const world = await readyWorld();
    const deps = world.deps();
    const topic = topicOf(eventType, v1);
    let late = 2;
    const end = async (of: string) => {
      const ends = await deps.offsets.end(of);
      if (of !== topic || world.broker.refused.size === 0) return ends;
      late = Math.max(0, late - 1);
      return late > 0 ? ends : ends.map((one) => one + 1);
    };
    const result = await retire(world, { offsets: { ...deps.offsets, end } });
    expect(result).toMatchObject({ kind: 'retired', deprecation: { phase: { final: { ends: [3, 2] } } } });
  });

  it('are not final while they move', async () => {
    const world = await readyWorld();
    const deps = world.deps();
    let more = 0;
    const end = async (of: string) => {
      more += 1;
      return (await deps.offsets.end(of)).map((one) => one + more);
    };
    const offsets = { ...deps.offsets, end };
    const result = await retire(world, { offsets, groups: deps.groups });
    expect(result).toMatchObject({ kind: expect.stringMatching(/waiting|refused/) });
    expect(phase(world)).not.toBe('retired');
  });
});

describe('the newest records of a topic', () => {
  it.each(['whole', 'tail'] as const)('are kept as evidence with their reach: %s', async (reach) => {
    const world = await readyWorld();
    const sources = [{ source: '/lending', publishedVersions: [1, 2], records: 3, newest: start + hour }];
    const usage = {
      ...world.deps().usage,
      lastRecords: async (topic: string) => ({ topic, sources, reach }),
    };
    const result = await retire(world, { usage });
    expect(result.kind).toBe('retired');
    const evidence = own(world)?.phase;
    if (evidence?.kind !== 'retired') throw new Error('not retired');
    const read = evidence.retirement.certificate.evidence.find(
      ({ fact }) => fact === `records looked at in ${topicOf(eventType, v1)}`,
    );
    expect(String(read?.value)).toContain(reach === 'whole' ? 'all' : 'the newest');
  });

  it('say nothing of the traffic if none can be seen in a tail', async () => {
    const world = await readyWorld();
    const lastRecords = async (topic: string) => ({ topic, sources: [], reach: 'tail' as const });
    const result = await retire(world, { usage: { ...world.deps().usage, lastRecords } });
    expect(result).toMatchObject({ kind: 'refused', verdict: { verdict: 'unknown' } });
    expect(result.because.map(({ code }) => code)).toEqual(['traffic-unknown', 'traffic-unknown']);
  });
});
