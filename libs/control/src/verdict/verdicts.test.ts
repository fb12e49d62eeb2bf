import { bind, instantFromMillis, topicOf } from '@baton/core';
import fc from 'fast-check';
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
  absent,
  canDrop,
  canStop,
  type DropFacts,
  type Fact,
  type GroupFacts,
  readDropFacts,
  readStopFacts,
  type SourceUsage,
  type StopFacts,
  seen,
  type Verdict,
} from '../index';

const question = { eventType, version: v1 };
const gone = absent('the broker did not answer');

const stopFacts = (world: MigrationWorld, more: object = {}): Promise<StopFacts> =>
  readStopFacts({ ...world.deps(), outbox: async () => 0 }, question, {
    versions: [v1, v2],
    manifest: ['reminders', 'statistics'],
    marginMs: timings.marginMs,
    clock: world.clock,
    ...more,
  });

const dropFacts = (world: MigrationWorld, group = 'reminders'): Promise<DropFacts> =>
  readDropFacts(
    { ...world.deps(), deadLetters: async () => 0 },
    { ...question, group },
    { clock: world.clock },
  );

/** A world where the deadline is over and everybody is past v1. */
const readyToStop = async (): Promise<MigrationWorld> => {
  const world = await createMigrationWorld();
  await world.startPublisher('lending-1');
  await world.startMember('reminders', 'm1');
  await world.settle(world.apply());
  await world.pass(hour);
  world.seen.sources.push({
    source: '/lending',
    publishedVersions: [1, 2],
    records: 3,
    newest: start + hour,
  });
  return world;
};

const codes = ({ because }: Verdict): readonly string[] => because.map(({ code }) => code);
const value = <T>(fact: Fact<T>): T => {
  if (fact.kind === 'absent') throw new Error(fact.because);
  return fact.value;
};
const trafficOf = (sources: readonly SourceUsage[]): StopFacts['traffic'] =>
  seen({ sources, reaches: [] }, 1);
const firstGroup = (facts: StopFacts, change: (group: GroupFacts) => Partial<GroupFacts>): StopFacts => {
  const [first, ...others] = value(facts.groups);
  if (first === undefined) throw new Error('no group');
  return { ...facts, groups: seen([{ ...first, ...change(first) }, ...others], facts.brokerTime) };
};

type Change<F> = readonly [name: string, change: (facts: F) => F];

const withoutFactsOfStop: readonly Change<StopFacts>[] = [
  ...(
    ['log', 'groups', 'manifest', 'strangers', 'publishers', 'traffic', 'outbox', 'authorizer'] as const
  ).map((name): Change<StopFacts> => [`without ${name}`, (facts) => ({ ...facts, [name]: gone })]),
  ['without what a group drained', (facts) => firstGroup(facts, () => ({ drained: gone }))],
  ['without the members of a group', (facts) => firstGroup(facts, () => ({ members: gone }))],
  [
    'without a registration',
    (facts) => firstGroup(facts, (g) => ({ state: { ...g.state, timeline: undefined } })),
  ],
  [
    'without any publisher',
    (facts) => ({ ...facts, publishers: seen({ publishers: [], unreadable: 0 }, 1) }),
  ],
];

const publisher = { instance: 'old-1', service: 'old', versions: [v1] };
const drained = (how: 'no' | 'unknown') => seen({ drained: how, because: ['v1/0: committed 1'] }, 1);

/** What was seen to be wrong, or not to be known, and the code of the reason. */
const badFactsOfStop: readonly (readonly [string, Verdict['verdict'], (facts: StopFacts) => StopFacts])[] = [
  [
    'not-announced',
    'not-yet',
    (f) => ({ ...f, log: seen({ deprecation: undefined, revision: 0, over: new Set() }, 1) }),
  ],
  ['deadline-ahead', 'not-yet', (f) => ({ ...f, brokerTime: start })],
  [
    'veto',
    'not-yet',
    (f) => {
      const { deprecation, ...rest } = value(f.log);
      if (deprecation === undefined) throw new Error('not announced');
      const veto = { group: 'reminders', until: start + 9 * hour, at: 1, by: 'ann', reason: 'tax season' };
      return {
        ...f,
        log: seen({ ...rest, deprecation: { ...deprecation, vetoes: new Map([['x', veto]]) } }, 1),
      };
    },
  ],
  ['group-not-drained', 'not-yet', (f) => firstGroup(f, () => ({ drained: drained('no') }))],
  ['offset-missing', 'unknown', (f) => firstGroup(f, () => ({ drained: drained('unknown') }))],
  [
    'group-not-bound',
    'not-yet',
    (f) =>
      firstGroup(f, ({ state }) => ({
        state: {
          ...state,
          timeline:
            state.timeline &&
            bind(state.timeline, { since: instantFromMillis(start + hour - 1), version: v1 }),
        },
      })),
  ],
  [
    'member-without-library',
    'unknown',
    (f) =>
      firstGroup(f, () => ({
        members: seen([{ memberId: 'm9', host: '/10.0.0.9', library: 'unknown' }], 1),
      })),
  ],
  [
    'veto-by-evidence',
    'not-yet',
    (f) => ({ ...f, strangers: seen([{ group: 'x', members: 1, advanced: false }], 1) }),
  ],
  [
    'veto-by-evidence',
    'not-yet',
    (f) => ({ ...f, strangers: seen([{ group: 'x', members: 0, advanced: true }], 1) }),
  ],
  [
    'group-not-registered',
    'unknown',
    (f) => ({ ...f, strangers: seen([{ group: 'x', members: 0, advanced: false }], 1) }),
  ],
  ['group-never-seen', 'unknown', (f) => ({ ...f, manifest: seen(['reminders', 'weekly-report'], 1) })],
  [
    'publisher-of-this-version-only',
    'not-yet',
    (f) => ({
      ...f,
      publishers: seen({ publishers: [{ ...publisher, at: f.brokerTime }], unreadable: 0 }, 1),
    }),
  ],
  [
    'publisher-stale',
    'unknown',
    (f) => ({
      ...f,
      publishers: seen(
        { publishers: [{ ...publisher, at: f.brokerTime - f.limits.staleMs - 1 }], unreadable: 0 },
        1,
      ),
    }),
  ],
  [
    'presence-unreadable',
    'unknown',
    (f) => ({ ...f, publishers: seen({ ...value(f.publishers), unreadable: 1 }, 1) }),
  ],
  [
    'source-of-this-version-only',
    'not-yet',
    (f) => ({
      ...f,
      traffic: trafficOf([{ source: '/old', publishedVersions: [1], records: 1, newest: f.brokerTime - 1 }]),
    }),
  ],
  [
    'source-of-this-version-only',
    'unknown',
    (f) => ({
      ...f,
      traffic: trafficOf([{ source: undefined, publishedVersions: undefined, records: 1, newest: start }]),
    }),
  ],
  ['outbox-not-empty', 'not-yet', (f) => ({ ...f, outbox: seen(2, 1) })],
  ['no-authorizer', 'unknown', (f) => ({ ...f, authorizer: seen('off', 1) })],
];

describe('whether publishers can stop', () => {
  it('is safe when every fact was seen and is good, with the age of each', async () => {
    const world = await readyToStop();
    const facts = await stopFacts(world);
    const verdict = canStop(facts);
    expect(verdict).toMatchObject({ verdict: 'safe', because: [] });
    expect(verdict.evidence.map(({ fact }) => fact)).toEqual(
      expect.arrayContaining(['deadline', 'group reminders drained', 'publisher lending-1', 'authorizer']),
    );
    for (const { at } of verdict.evidence) expect(at).toBeLessThanOrEqual(facts.brokerTime);
  });

  it.each(withoutFactsOfStop)('is unknown %s', async (_, change) => {
    const verdict = canStop(change(await stopFacts(await readyToStop())));
    expect(verdict.verdict).toBe('unknown');
    for (const { text } of verdict.because) expect(text.length).toBeGreaterThan(20);
  });

  it.each(badFactsOfStop)('names %s: %s', async (code, expected, change) => {
    const verdict = canStop(change(await stopFacts(await readyToStop())));
    expect(codes(verdict)).toContain(code);
    expect(verdict.verdict).toBe(expected);
  });

  it('is never safe with a fact missing or bad, whatever else is so', async () => {
    const facts = await stopFacts(await readyToStop());
    const changes = [
      ...withoutFactsOfStop.map(([, change]) => change),
      ...badFactsOfStop.map(([, , c]) => c),
    ];
    fc.assert(
      fc.property(fc.subarray(changes, { minLength: 1 }), (some) => {
        const applied = some.reduce((all, change) => {
          try {
            return change(all);
          } catch {
            return all;
          }
        }, facts);
        expect(canStop(applied).verdict).not.toBe('safe');
      }),
      { numRuns: 300 },
    );
  });

  it('goes on without an authorizer, and without who is gone, if somebody says so', async () => {
    const facts = await stopFacts(await readyToStop());
    const at = facts.brokerTime - facts.limits.staleMs - 1;
    const [lending] = value(facts.publishers).publishers;
    if (lending === undefined) throw new Error('no publisher');
    const weak: StopFacts = {
      ...facts,
      authorizer: seen('off', 1),
      publishers: seen({ publishers: [lending, { ...publisher, at }], unreadable: 0 }, 1),
    };
    expect(canStop(weak).verdict).toBe('unknown');
    expect(canStop({ ...weak, declared: { withoutAuthorizer: true, gone: ['old-1'] } }).verdict).toBe('safe');
  });

  it('takes an old one-version record of a source that has moved on for history', async () => {
    const facts = await stopFacts(await readyToStop());
    const old = { source: '/lending', publishedVersions: [1], records: 9, newest: start };
    const traffic = trafficOf([...value(facts.traffic).sources, old]);
    expect(canStop({ ...facts, traffic }).verdict).toBe('safe');
  });

  it('takes a source that writes another version altogether for moved on', async () => {
    const world = await readyToStop();
    const sender = (publishedVersions: readonly number[], newest: number) => ({
      source: '/desk',
      publishedVersions,
      records: 1,
      newest,
    });
    world.seen.sources = [sender([1], start + hour - 1), sender([2], start + hour)];
    expect(canStop(await stopFacts(world)).verdict).toBe('safe');
    world.seen.sources = [sender([1], start + hour), sender([2], start + hour - 1)];
    expect(codes(canStop(await stopFacts(world)))).toEqual(['source-of-this-version-only']);
  });

  it('does not count a version that is over as another one', async () => {
    const facts = await stopFacts(await readyToStop());
    const log = seen({ ...value(facts.log), over: new Set([v2]) }, 1);
    expect(codes(canStop({ ...facts, log }))).toEqual(
      expect.arrayContaining([
        'group-not-bound',
        'publisher-of-this-version-only',
        'source-of-this-version-only',
      ]),
    );
  });

  it('does not wait for a group that has dropped the version', async () => {
    const facts = await stopFacts(await readyToStop());
    const { deprecation, ...rest } = value(facts.log);
    if (deprecation === undefined) throw new Error('not announced');
    const behind = firstGroup(facts, () => ({ drained: drained('no') }));
    const dropped = new Map([['reminders', {} as never]]);
    const log = seen({ ...rest, deprecation: { ...deprecation, dropped } }, 1);
    expect(canStop({ ...behind, log }).verdict).toBe('safe');
  });
});

describe('reading what speaks for a stop', () => {
  it('takes what a port does not answer for missing', async () => {
    const world = await readyToStop();
    const deps = world.deps();
    const failing = {
      ...deps,
      usage: {
        lastRecords: async () => Promise.reject(new Error('timed out')),
        groupsOn: async () => Promise.reject(new Error('timed out')),
      },
    };
    const facts = await readStopFacts(failing, question, {
      versions: [v1, v2],
      manifest: [],
      marginMs: 1000,
      clock: world.clock,
    });
    expect(facts).toMatchObject({ traffic: { kind: 'absent' }, strangers: absent('Error: timed out') });
    expect(canStop(facts).verdict).toBe('unknown');
  });

  it('sees an unregistered group that reads on while it looks, and a registered one does not count as such', async () => {
    const world = await readyToStop();
    const usage = (offset: number) =>
      ['reminders', 'strangers'].map((group) => ({
        group,
        members: [],
        committed: new Map([[topicOf(eventType, v1), [offset, undefined]]]),
      }));
    world.seen.strangers = usage(1);
    const resting = await world.settle(stopFacts(world, { observeMs: 1000 }));
    expect(value(resting.strangers)).toEqual([{ group: 'strangers', members: 0, advanced: false }]);
    world.clock.after(500, () => {
      world.seen.strangers = usage(2);
    });
    const reading = await world.settle(stopFacts(world, { observeMs: 1000 }));
    expect(value(reading.strangers)).toEqual([{ group: 'strangers', members: 0, advanced: true }]);
    expect(codes(canStop(reading))).toEqual(['veto-by-evidence']);
  });

  it('does not know that a group is drained whose offsets are gone', async () => {
    const world = await readyToStop();
    world.groups.setCommitted('statistics', topicOf(eventType, v1), [2, undefined]);
    const verdict = canStop(await stopFacts(world));
    expect(verdict.verdict).toBe('unknown');
    expect(codes(verdict)).toEqual(['offset-missing']);
  });
});

describe('whether a group can drop', () => {
  const readyToDrop = async (): Promise<MigrationWorld> => {
    const world = await readyToStop();
    const file = { publisher: { retire: true }, groups: [] };
    await world.settle(world.apply({ ...migration, ...file }));
    return world;
  };
  const partitions = (facts: DropFacts, change: object): DropFacts => ({
    ...facts,
    partitions: seen(
      value(facts.partitions).map((one, i) => (i === 0 ? { ...one, ...change } : one)),
      1,
    ),
  });
  const bad: readonly (readonly [string, Verdict['verdict'], (facts: DropFacts) => DropFacts])[] = [
    ['not-seen', 'unknown', (f) => ({ ...f, log: gone })],
    ['not-seen', 'unknown', (f) => ({ ...f, partitions: gone })],
    ['not-seen', 'unknown', (f) => ({ ...f, members: gone })],
    ['not-seen', 'unknown', (f) => ({ ...f, writesRefused: gone })],
    ['not-seen', 'unknown', (f) => ({ ...f, deadLetters: gone })],
    ['offset-missing', 'unknown', (f) => ({ ...f, partitions: seen([], 1) })],
    ['offset-missing', 'unknown', (f) => partitions(f, { committed: undefined })],
    ['offset-missing', 'unknown', (f) => partitions(f, { end: undefined })],
    ['behind-the-end', 'not-yet', (f) => partitions(f, { committed: 1 })],
    ['behind-the-end', 'not-yet', (f) => partitions(f, { end: 3 })],
    ['not-final', 'not-yet', (f) => ({ ...f, log: seen({ ...value(f.log), deprecation: undefined }, 1) })],
    ['writes-not-refused', 'not-yet', (f) => ({ ...f, writesRefused: seen(false, 1) })],
    ['dead-letters-left', 'not-yet', (f) => ({ ...f, deadLetters: seen(1, 1) })],
    [
      'group-not-registered',
      'unknown',
      (f) => ({
        ...f,
        log: seen({ ...value(f.log), state: { ...value(f.log).state, timeline: undefined } }, 1),
      }),
    ],
    [
      'member-without-library',
      'unknown',
      (f) => ({ ...f, members: seen([{ memberId: 'm', host: '/h', library: 'unknown' }], 1) }),
    ],
  ];

  it('is safe when it has committed to the final ends, writes are refused and no letters are left', async () => {
    expect(canDrop(await dropFacts(await readyToDrop()))).toMatchObject({ verdict: 'safe', because: [] });
  });

  it.each(bad)('names %s: %s', async (code, expected, change) => {
    const verdict = canDrop(change(await dropFacts(await readyToDrop())));
    expect(codes(verdict)).toContain(code);
    expect(verdict.verdict).toBe(expected);
  });

  it('is never safe with a fact missing or bad, whatever else is so', async () => {
    const facts = await dropFacts(await readyToDrop());
    fc.assert(
      fc.property(
        fc.subarray(
          bad.map(([, , change]) => change),
          { minLength: 1 },
        ),
        (some) => {
          const applied = some.reduce((all, change) => {
            try {
              return change(all);
            } catch {
              return all;
            }
          }, facts);
          expect(canDrop(applied).verdict).not.toBe('safe');
        },
      ),
      { numRuns: 200 },
    );
  });

  it('leaves letters to a group that keeps a handler for them', async () => {
    const facts = await dropFacts(await readyToDrop());
    const left: DropFacts = { ...facts, deadLetters: seen(4, 1), declared: { keepsHandler: true } };
    expect(canDrop(left).verdict).toBe('safe');
  });
});
