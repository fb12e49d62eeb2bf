import { topicOf } from '@baton/core';
import {
  createMigrationWorld,
  eventType,
  hour,
  type MigrationWorld,
  migration,
  start,
  timings,
  v1,
  v2,
} from '../../test-support/migration-world';
import {
  type AnnounceRequest,
  announce,
  canBind,
  createLogPublicationPolicy,
  decideBind,
  deprecationOf,
  groupState,
  type RetireOptions,
  readBindFacts,
  retirePublisher,
  retireSubscriber,
  verifyCertificate,
  veto,
  withdrawRetiring,
  withdrawVeto,
} from '../index';

const question = { eventType, version: v1 };
const signature = { by: 'ann', reason: 'test' };
const request: AnnounceRequest = { eventType, from: v1, to: v2, deadline: start + hour };

const retireOptions = (world: MigrationWorld): RetireOptions => ({
  ...signature,
  versions: [v1, v2],
  manifest: ['reminders', 'statistics'],
  marginMs: timings.marginMs,
  clock: world.clock,
  waitMs: 2000,
});
const retire = (world: MigrationWorld, more: Partial<RetireOptions> = {}) =>
  world.settle(retirePublisher(world.deps(), question, { ...retireOptions(world), ...more }));
const drop = (world: MigrationWorld, early = false) =>
  world.settle(
    retireSubscriber(
      world.deps(),
      { ...question, group: 'reminders' },
      { ...signature, clock: world.clock, early },
    ),
  );
const phase = (world: MigrationWorld) => deprecationOf(world.state(), eventType, v1)?.phase.kind;

/** Announced, bound and past the deadline, with a publisher at work. */
const readyWorld = async (): Promise<MigrationWorld> => {
  const world = await createMigrationWorld();
  await world.startPublisher('lending-1');
  await world.settle(world.apply());
  await world.pass(hour);
  return world;
};

describe('announcing', () => {
  it('is done once, can be said again, and moves its deadline later only', async () => {
    const world = await createMigrationWorld();
    const say = (change: Partial<AnnounceRequest> = {}) =>
      announce(world.deps(), { ...request, ...change }, signature);
    expect((await say()).kind).toBe('announced');
    expect((await say()).kind).toBe('already-announced');
    expect((await say({ deadline: start + 2 * hour })).kind).toBe('deadline-moved');
    const earlier = await say();
    expect(earlier).toMatchObject({ kind: 'refused', because: [{ code: 'deadline-earlier' }] });
    expect(earlier.because[0]?.text).toContain('2026-11-01T02:00:00.000Z');
    expect(await say({ vetoUntil: start + 1 })).toMatchObject({ because: [{ code: 'announced-otherwise' }] });
    expect(deprecationOf(world.state(), eventType, v1)?.deadline).toBe(start + 2 * hour);
  });

  it('is refused with every reason at once, and plans without a trace', async () => {
    const world = await createMigrationWorld();
    const bad = { ...request, to: v1, deadline: start };
    const refused = await announce(world.deps(), bad, signature);
    expect(refused.because.map(({ code }) => code)).toEqual(['successor-unfit', 'deadline-over']);
    expect((await announce(world.deps(), request, { ...signature, dryRun: true })).kind).toBe('planned');
    expect(world.memory.entries()).toHaveLength(2);
  });
});

describe('a veto', () => {
  it('holds the retirement until it is withdrawn', async () => {
    const world = await readyWorld();
    const own = { eventType, group: 'reminders' };
    const until = world.clock.now() + hour;
    expect((await veto(world.deps(), { ...own, until }, signature)).kind).toBe('vetoed');
    expect((await veto(world.deps(), { ...own, until }, signature)).kind).toBe('unchanged');
    expect(await retire(world)).toMatchObject({ kind: 'refused', because: [{ code: 'veto' }] });
    expect((await withdrawVeto(world.deps(), own, signature)).kind).toBe('veto-withdrawn');
    expect((await withdrawVeto(world.deps(), own, signature)).kind).toBe('unchanged');
    expect((await retire(world)).kind).toBe('retired');
    expect(await veto(world.deps(), { ...own, until }, signature)).toMatchObject({
      kind: 'refused',
      because: [{ code: 'version-retiring' }],
    });
  });

  it('is refused where nothing is announced, after its time, and when it is over', async () => {
    const world = await createMigrationWorld();
    const raise = (until: number) => veto(world.deps(), { eventType, group: 'reminders', until }, signature);
    expect(await raise(start + hour)).toMatchObject({ because: [{ code: 'not-announced' }] });
    await announce(world.deps(), { ...request, vetoUntil: start + 1000 }, signature);
    expect(await raise(start)).toMatchObject({ because: [{ code: 'veto-over' }] });
    await world.pass(1000);
    expect(await raise(start + hour)).toMatchObject({ because: [{ code: 'veto-too-late' }] });
  });

  it('that comes while the verdict is read keeps the version from retiring', async () => {
    const world = await readyWorld();
    const until = world.clock.now() + hour;
    const deps = world.deps();
    const lastRecords = async (topic: string) => {
      await veto(world.deps(), { eventType, group: 'statistics', until }, signature);
      return deps.usage.lastRecords(topic);
    };
    const late = { ...deps, usage: { ...deps.usage, lastRecords } };
    const result = await world.settle(retirePublisher(late, question, retireOptions(world)));
    expect(result).toMatchObject({ kind: 'refused', because: [{ code: 'veto' }] });
    expect(phase(world)).toBe('deprecated');
  });
});

describe('retiring at the publishers', () => {
  it('lets them stop, has writes refused, and records the ends with certificates', async () => {
    const world = await readyWorld();
    const result = await retire(world);
    expect(result).toMatchObject({
      kind: 'retired',
      deprecation: {
        phase: { kind: 'retired', final: { ends: [2, 1] }, retirement: { writes: { how: 'acl' } } },
      },
    });
    if (result.certificate === undefined) throw new Error('no certificate');
    expect(verifyCertificate(result.certificate)).toBe(true);
    expect(verifyCertificate({ ...result.certificate, by: 'bob' })).toBe(false);
    expect(verifyCertificate({ ...result.certificate, evidence: [] })).toBe(false);
    expect((await retire(world)).kind).toBe('already-retired');
  });

  it('plans without a trace', async () => {
    const world = await readyWorld();
    const before = world.memory.entries().length;
    expect(await retire(world, { dryRun: true })).toMatchObject({
      kind: 'planned',
      verdict: { verdict: 'safe' },
    });
    expect(world.memory.entries()).toHaveLength(before);
  });

  it('is refused with every reason while the evidence is not safe', async () => {
    const world = await createMigrationWorld();
    const result = await retire(world);
    expect(result.kind).toBe('refused');
    expect(result.because.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['not-announced', 'group-not-bound', 'publishers-unknown']),
    );
  });

  it('lists a publisher that appeared after the list, and waits for it too', async () => {
    const world = await readyWorld();
    const doubtful = world.deps();
    let arrived = false;
    const append = doubtful.follower.append;
    const deps = {
      ...doubtful,
      follower: {
        ...doubtful.follower,
        append: async (entry: Parameters<typeof append>[0]) => {
          if (entry.kind === 'retiring' && !arrived) {
            arrived = true;
            await world.startPublisher('lending-2', 'silent');
          }
          return append(entry);
        },
      },
    };
    const result = await world.settle(retirePublisher(deps, question, retireOptions(world)));
    expect(result).toMatchObject({ kind: 'waiting', waitingFor: ['lending-2'] });
    expect(world.broker.refused.size).toBe(0);
    const goneByWord = await retire(world, { declared: { gone: ['lending-2'] } });
    expect(goneByWord.kind).toBe('retired');
  });

  it('needs an authorizer, or somebody who takes it upon himself', async () => {
    const world = await readyWorld();
    world.broker.authorizer = false;
    expect(await retire(world)).toMatchObject({ kind: 'refused', because: [{ code: 'no-authorizer' }] });
    const declared = { withoutAuthorizer: true };
    expect(await retire(world, { declared })).toMatchObject({
      kind: 'retired',
      deprecation: { phase: { retirement: { writes: { how: 'override' } } } },
    });
  });

  it('refuses writes once more if somebody took the denial away before the end was recorded', async () => {
    const world = await readyWorld();
    const deps = world.deps();
    const append = deps.follower.append;
    const follower = {
      ...deps.follower,
      append: async (entry: Parameters<typeof append>[0]) => {
        if (entry.kind === 'writes-refused') world.broker.refused.clear();
        return append(entry);
      },
    };
    const result = await world.settle(retirePublisher({ ...deps, follower }, question, retireOptions(world)));
    expect(result.kind).toBe('retired');
    expect([...world.broker.refused]).toEqual([topicOf(eventType, v1)]);
  });
});

describe('a retirement that a publisher keeps waiting', () => {
  const waitingWorld = async (): Promise<MigrationWorld> => {
    const world = await createMigrationWorld();
    await world.startPublisher('lending-1', 'silent');
    await world.settle(world.apply());
    await world.pass(hour);
    expect(await retire(world)).toMatchObject({ kind: 'waiting', waitingFor: ['lending-1'] });
    return world;
  };

  it('can be given up, and the version lives on', async () => {
    const world = await waitingWorld();
    expect(await withdrawRetiring(world.deps(), question, signature)).toMatchObject({ kind: 'withdrawn' });
    expect(phase(world)).toBe('deprecated');
    expect(await withdrawRetiring(world.deps(), question, signature)).toMatchObject({ kind: 'refused' });
  });

  it('cannot be given up once all have acknowledged: writes may be refused already', async () => {
    const world = await waitingWorld();
    const policy = createLogPublicationPolicy({
      source: { log: world.memory.connect() },
      instance: 'lending-1',
    });
    await policy.catchUp();
    await policy.acknowledgeRetired(eventType, v1);
    expect(await withdrawRetiring(world.deps(), question, signature)).toMatchObject({
      kind: 'refused',
      because: [{ code: 'entry-void' }],
    });
    expect(phase(world)).toBe('retiring');
  });

  it('refuses no writes while nobody can say who publishes', async () => {
    const world = await waitingWorld();
    const presence = { ...world.presence, all: () => Promise.reject(new Error('timed out')) };
    const result = await world.settle(
      retirePublisher({ ...world.deps(), presence }, question, {
        ...retireOptions(world),
        declared: { gone: ['lending-1'] },
      }),
    );
    expect(result).toMatchObject({ kind: 'waiting', because: [{ code: 'publishers-unknown' }] });
    expect(world.broker.refused.size).toBe(0);
  });
});

describe('retiring at a subscriber', () => {
  it('is refused before the end, and done after it', async () => {
    const world = await readyWorld();
    expect(await drop(world)).toMatchObject({
      kind: 'refused',
      because: [{ code: 'not-final' }],
    });
    await retire(world);
    expect(await drop(world)).toMatchObject({ kind: 'dropped', dropped: { early: false }, risks: [] });
    expect((await drop(world)).kind).toBe('already-dropped');
  });

  it("is done early on somebody's word, and says what could be lost", async () => {
    const world = await createMigrationWorld();
    await announce(world.deps(), request, signature);
    const result = await drop(world, true);
    expect(result).toMatchObject({
      kind: 'dropped',
      dropped: { early: true, certificate: { verdict: 'not-yet' } },
    });
    expect(result.risks.map(({ code }) => code)).toEqual(['not-final', 'group-not-bound']);
  });
});

describe('what a publisher may write', () => {
  it('follows the log without a restart', async () => {
    const world = await createMigrationWorld();
    const policy = await world.startPublisher('lending-1');
    const standings: string[] = [];
    policy.onChange(() => standings.push(policy.standing(eventType, v1).kind));
    expect(policy.standing(eventType, v1)).toEqual({ kind: 'live' });
    await world.settle(world.apply());
    expect(policy.standing(eventType, v1)).toEqual({
      kind: 'deprecated',
      since: start,
      sunset: migration.deadline,
      successor: v2,
    });
    await world.pass(hour);
    await retire(world);
    expect(standings).toEqual(['deprecated', 'retiring', 'retiring', 'retired']);
    const late = createLogPublicationPolicy({
      source: { log: world.memory.connect() },
      instance: 'lending-2',
    });
    await late.catchUp();
    expect(late.standing(eventType, v1)).toEqual({ kind: 'retired' });
    const before = world.memory.entries().length;
    await late.acknowledgeRetired(eventType, v1);
    expect(world.memory.entries()).toHaveLength(before);
  });
});

describe('whether a group can be bound', () => {
  const ask = async (world: MigrationWorld, group = 'statistics') => {
    const wanted = { group, eventType, version: v2 };
    const state = groupState(world.state(), group, eventType);
    const now = { brokerTime: world.clock.now(), brokerTimeFrom: 'clock', timings } as const;
    const facts = await readBindFacts(
      world.deps(),
      { ...wanted, versions: [v1, v2], since: migration.deadline },
      now,
    );
    const decision = decideBind(state, { ...wanted, by: 'ann' }, facts);
    return canBind(state, wanted, { decision, facts });
  };

  it('is safe for a stopped group that has read there and said that it handles the version', async () => {
    const world = await createMigrationWorld();
    await world.startPublisher('lending-1');
    expect(await ask(world)).toMatchObject({ verdict: 'safe', because: [] });
  });

  it.each([
    [
      'a group that nobody registered',
      (w: MigrationWorld) => w.groups.setMembers('strangers', []),
      'group-not-registered',
      'strangers',
    ],
    [
      'expired offsets',
      (w: MigrationWorld) => w.groups.setCommitted('statistics', topicOf(eventType, v2), [2, undefined]),
      'offset-missing',
      'statistics',
    ],
    [
      'a member that says nothing',
      (w: MigrationWorld) => w.groups.setMembers('statistics', ['m9']),
      'member-without-library',
      'statistics',
    ],
    [
      'publishers that say nothing',
      (w: MigrationWorld) => w.closePublisher('lending-1'),
      'publishers-unknown',
      'statistics',
    ],
  ])('is unknown with %s', async (_, change, code, group) => {
    const world = await createMigrationWorld();
    await world.startPublisher('lending-1');
    await change(world);
    const verdict = await ask(world, group);
    expect(verdict.verdict).toBe('unknown');
    expect(verdict.because.map((reason) => reason.code)).toContain(code);
  });
});
