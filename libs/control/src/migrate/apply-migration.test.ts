import { topicOf } from '@baton/core';
import {
  createMigrationWorld,
  eventType,
  hour,
  type MigrationWorld,
  migration,
  start,
  v1,
  v2,
} from '../../test-support/migration-world';
import {
  auditTrail,
  type ControlLog,
  deprecationOf,
  type EntryKind,
  groupState,
  parsePlan,
  verifyCertificate,
} from '../index';

jest.setTimeout(60_000);

const fullWorld = async (): Promise<MigrationWorld> => {
  const world = await createMigrationWorld();
  await world.startPublisher('lending-1');
  await world.startMember('reminders', 'm1');
  return world;
};

/** A log whose process dies: at the nth append of all, before it is stored or after. */
const mortal = (world: MigrationWorld, life: { appends: number; dies: 'before' | 'after' }) => {
  let left = life.appends;
  return (): ControlLog => {
    const log = world.memory.connect();
    return {
      ...log,
      append: async (value) => {
        left -= 1;
        if (left < 0 && life.dies === 'before') throw new Error('killed');
        const stored = await log.append(value);
        if (left < 0) throw new Error('killed');
        return stored;
      },
    };
  };
};

const untilDone = async (world: MigrationWorld, runs = 12) => {
  for (let run = 0; run < runs; run += 1) {
    const result = await world.settle(world.apply());
    if (result.kind === 'done') return result;
    await world.pass(hour / 2);
  }
  throw new Error(`not done after ${runs} runs`);
};

const validOf = (world: MigrationWorld, kind: EntryKind) =>
  auditTrail(world.state(), eventType).filter(
    ({ entry, verdict }) => entry.kind === kind && verdict.kind === 'valid',
  );

const expectOneStory = (world: MigrationWorld): void => {
  const state = world.state();
  for (const group of ['reminders', 'statistics']) {
    expect(groupState(state, group, eventType).timeline?.map(({ version }) => version)).toEqual([1, 2]);
    expect(groupState(state, group, eventType).open).toBeUndefined();
  }
  const deprecation = deprecationOf(state, eventType, v1);
  if (deprecation?.phase.kind !== 'retired') throw new Error(`it is ${deprecation?.phase.kind}`);
  const { final, retirement } = deprecation.phase;
  expect(final.ends).toEqual([2, 1]);
  expect([...deprecation.dropped.keys()].sort()).toEqual(['reminders', 'statistics']);
  const counts = (['announced', 'retiring', 'writes-refused', 'final', 'dropped'] as const).map(
    (kind) => validOf(world, kind).length,
  );
  expect(counts).toEqual([1, 1, 1, 1, 2]);
  for (const certificate of [retirement.certificate, final.certificate]) {
    expect(verifyCertificate(certificate)).toBe(true);
  }
};

describe('applying a migration', () => {
  it('advances as far as the evidence permits, and says what it waits for', async () => {
    const world = await fullWorld();
    const first = await world.settle(world.apply());
    expect(first.kind).toBe('pending');
    expect(first.taken.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['announce', 'done'],
      ['bind reminders', 'done'],
      ['bind statistics', 'done'],
    ]);
    expect(first.waitsFor.map(({ id }) => id)).toEqual([
      'retire publisher',
      'retire reminders',
      'retire statistics',
    ]);
    expect(first.waitsFor[0]?.because.join(' ')).toContain('The deadline is 2026-11-01T01:00:00.000Z');
    await world.pass(hour);
    const second = await world.settle(world.apply());
    expect(second).toMatchObject({ kind: 'done', waitsFor: [] });
    expect(second.taken.map(({ id }) => id)).toEqual([
      'retire publisher',
      'retire reminders',
      'retire statistics',
    ]);
    expect(world.broker.refused.has(topicOf(eventType, v1))).toBe(true);
    expectOneStory(world);
  });

  it('changes nothing when all is done', async () => {
    const world = await fullWorld();
    await untilDone(world);
    const before = world.memory.entries().length;
    expect(await world.settle(world.apply())).toMatchObject({ kind: 'done', taken: [] });
    expect(world.memory.entries()).toHaveLength(before);
  });

  it('does not bind a group forward again that somebody bound back', async () => {
    const world = await fullWorld();
    await world.settle(world.apply());
    const at = world.clock.now();
    const since = at + 20_000;
    const revision = groupState(world.state(), 'statistics', eventType).revision;
    await world.append({
      kind: 'binding-proposed',
      proposal: 'back',
      group: 'statistics',
      eventType,
      version: v1,
      since,
      decideBy: since + 10_000,
      lead: 7000,
      expectedRevision: revision,
    });
    await world.append({ kind: 'binding-listed', proposal: 'back', members: [] });
    await world.append({ kind: 'binding-confirmed', proposal: 'back' });
    await world.pass(hour);
    const result = await world.settle(world.apply());
    expect(result.taken).toEqual([]);
    expect(result.waitsFor[0]).toMatchObject({ id: 'bind statistics' });
    expect(result.waitsFor[0]?.because[0]).toContain('bound back to v1');
    expect(deprecationOf(world.state(), eventType, v1)?.phase.kind).toBe('deprecated');
  });

  it('waits for a publisher that is silent, and goes on when it has closed', async () => {
    const world = await createMigrationWorld();
    await world.startPublisher('lending-1', 'silent');
    await world.settle(world.apply());
    await world.pass(hour);
    const waiting = await world.settle(world.apply());
    expect(waiting.waitsFor[0]?.because[0]).toContain('Waiting for lending-1');
    expect(world.broker.refused.size).toBe(0);
    await world.closePublisher('lending-1');
    expect(await world.settle(world.apply())).toMatchObject({ kind: 'done' });
    expectOneStory(world);
  });
});

describe('the progress of an apply', () => {
  it('is told once for each step of the migration', async () => {
    const world = await fullWorld();
    await world.settle(world.apply());
    await world.pass(hour);
    const told: (string | undefined)[] = [];
    const result = await world.settle(world.apply(migration, { progress: ({ id }) => told.push(id) }));
    expect(told).toEqual(result.taken.map(({ id }) => id));
    expect(told).toContain('retire publisher');
  });
});

describe('a plan', () => {
  it('says what would be done and why, and changes nothing', async () => {
    const world = await fullWorld();
    const plan = await world.plan();
    expect(plan.steps.map(({ id, status }) => [id, status])).toEqual([
      ['announce', 'ready'],
      ['bind reminders', 'ready'],
      ['bind statistics', 'ready'],
      ['retire publisher', 'blocked'],
      ['retire reminders', 'blocked'],
      ['retire statistics', 'blocked'],
    ]);
    expect(world.memory.entries()).toHaveLength(2);
  });

  it('is what apply executes, after it was kept as JSON', async () => {
    const world = await fullWorld();
    const kept = parsePlan(JSON.parse(JSON.stringify(await world.plan())), 'plan.json');
    const result = await world.settle(world.apply(kept.file, { plan: kept }));
    expect(result.taken.map(({ id }) => id)).toEqual(['announce', 'bind reminders', 'bind statistics']);
  });

  it('is refused when the world has moved', async () => {
    const world = await fullWorld();
    const plan = await world.plan();
    const moves: (() => Promise<unknown>)[] = [
      () => world.startMember('statistics', 'm2'),
      () =>
        world.append({
          kind: 'group-registered',
          group: 'newcomers',
          eventType,
          defaultVersion: v2,
          handles: [v2],
        }),
    ];
    for (const move of moves) {
      await move();
      const before = world.memory.entries().length;
      expect(await world.settle(world.apply(migration, { plan }))).toMatchObject({
        kind: 'moved',
        taken: [],
      });
      expect(world.memory.entries()).toHaveLength(before);
    }
  });

  it('does not bind a group at work that is to be bound while it is stopped', async () => {
    const world = await fullWorld();
    await world.startMember('statistics', 'm2');
    const step = (await world.plan()).steps.find(({ id }) => id === 'bind statistics');
    expect(step).toMatchObject({ status: 'blocked' });
    expect(step?.blockedBy[0]).toContain('has 1 members');
  });
});

describe('an apply that is killed', () => {
  it.each(['before', 'after'] as const)(
    '%s any of its entries leaves a log that the next run goes on with',
    async (dies) => {
      let kills = 0;
      for (let appends = 0; ; appends += 1) {
        const world = await fullWorld();
        const connect = mortal(world, { appends, dies });
        let killed = false;
        for (let run = 0; run < 4 && !killed; run += 1) {
          await world.settle(
            world.apply(migration, {}, connect()).catch((error: Error) => {
              if (error.message !== 'killed') throw error;
              killed = true;
            }),
          );
          await world.pass(hour / 2);
        }
        if (!killed) break;
        kills += 1;
        await untilDone(world);
        expectOneStory(world);
      }
      expect(kills).toBeGreaterThan(10);
    },
  );

  it('may be run by two at once, one of which is killed, at any entry', async () => {
    for (let appends = 0; appends < 14; appends += 1) {
      const world = await fullWorld();
      const connect = mortal(world, { appends, dies: appends % 2 === 0 ? 'before' : 'after' });
      for (let run = 0; run < 4; run += 1) {
        const doomed = world.apply(migration, { by: 'somebody else' }, connect()).catch(() => undefined);
        await world.settle(Promise.all([doomed, world.apply()]));
        await world.pass(hour / 2);
      }
      await untilDone(world);
      expectOneStory(world);
    }
  });
});

it('tests from the instant that the world begins at', () => {
  expect(migration.deadline).toBe(start + hour);
});
