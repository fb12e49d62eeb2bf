import { anyClock, type Setting } from './draw-setting';
import type { Goals, GroupPlan, Installation, Step } from './plan-types';
import type { Random } from './random';

/** What is to happen if nothing goes wrong: a migration, and what is published meanwhile. */
export interface Story {
  readonly steps: readonly Step[];
  /** When scripts and releases of the story begin; the moments at which faults matter. */
  readonly moments: readonly number[];
  readonly goals: Goals;
  readonly endsAt: number;
}

/** When the parts of a story begin, in milliseconds after the start. */
const upgradesAt = [3_000, 12_000] as const;
const bindsAt = [12_000, 20_000] as const;

/** Draws the migration: releases, bindings there and back, announcement, vetoes, retirement. */
export const drawStory = (setting: Setting, random: Random): Story => {
  const upgrades = drawUpgrades(setting, random.fork('upgrades'));
  const bindings = setting.groups.some((group) => group.bindings === 'static')
    ? drawConfigurations(setting, random.fork('configurations'))
    : drawBindings(setting, random.fork('bindings'));
  const retirement = drawRetirement(setting, bindings, random.fork('retirement'));
  const told = [...upgrades, ...bindings.steps, ...retirement.steps];
  const endsAt = Math.max(...told.map(({ at }) => at)) + random.int(4_000, 16_000);
  const moments = told.map(({ at }) => at);
  const instants = bindings.at.map((at) => at + setting.leaseMs + setting.marginMs + setting.listingMs);
  const publishes = drawPublishes(setting, { endsAt, instants }, random.fork('publishes'));
  return {
    steps: [...told, ...publishes.filter(({ at }) => at < endsAt)].sort((a, b) => a.at - b.at),
    moments,
    goals: { publishes: setting.versions, bind: bindings.goals, retire: retirement.goals },
    endsAt,
  };
};

const drawInstallation = (random: Random): Installation => ({
  how: random.chance(0.85) ? 'stop' : 'kill',
  downMs: random.pick([100, 500, 2_000, 7_000]),
});

const drawUpgrades = (setting: Setting, random: Random): readonly Step[] => {
  const publishers = setting.publishers.flatMap(({ name }): readonly Step[] => {
    const late = random.chance(0.15);
    const at = late ? random.int(20_000, 45_000) : random.int(...upgradesAt);
    const versions = setting.versions.length === 3 && random.chance(0.4) ? [1, 2] : setting.versions;
    const first: Step = { at, do: 'release-publisher', name, versions, ...drawInstallation(random) };
    if (versions === setting.versions) return [first];
    const second = at + random.int(5_000, 15_000);
    return [
      first,
      { at: second, do: 'release-publisher', name, versions: setting.versions, ...drawInstallation(random) },
    ];
  });
  const members = setting.groups.flatMap((group) => upgradeMembers(setting, group, random));
  return [...publishers, ...members];
};

/** One after the other, mostly; the bindings come after. */
const upgradeMembers = (setting: Setting, { reads, members }: GroupPlan, random: Random): readonly Step[] => {
  if (reads.length === setting.versions.length) return [];
  let at = random.int(upgradesAt[0], upgradesAt[0] + 4_000);
  return members.map(({ name }): Step => {
    at += random.int(200, 2_500);
    return { at, do: 'release-member', name, reads: setting.versions, ...drawInstallation(random) };
  });
};

interface Bindings {
  readonly steps: readonly Step[];
  readonly at: readonly number[];
  readonly goals: Goals['bind'];
}

const drawBindings = (setting: Setting, random: Random): Bindings => {
  const steps: Step[] = [];
  const all: number[] = [];
  const goals: { group: string; version: number }[] = [];
  const newest = Math.max(...setting.versions);
  for (const { group, members } of setting.groups) {
    const path = random.pick<readonly number[]>([
      [newest],
      [newest],
      newest === 3 ? [2, 3] : [2],
      newest === 3 ? [2, 3] : [2, 1, 2],
      newest === 3 ? [2, 1, 3] : [2, 1],
      [2, 1, newest],
    ]);
    let at = random.int(...bindsAt);
    path.forEach((version, i) => {
      const name = `bind-${group}-${i + 1}`;
      const run = { script: 'bind', group, version, attempts: random.int(1, 3) } as const;
      if (random.chance(0.25)) steps.push(...stoppedAround(members, at, random));
      steps.push({ at, do: 'script', name, clock: anyClock(random), run });
      if (random.chance(0.15)) {
        const twice = at + random.int(0, 3_000);
        const other = random.chance(0.7) ? run : { ...run, version: version === 1 ? 2 : 1 };
        steps.push({ at: twice, do: 'script', name: `${name}-again`, clock: anyClock(random), run: other });
      }
      all.push(at);
      at += random.pick([2_000, 9_000, 12_000, 16_000]) + random.int(0, 3_000);
    });
    goals.push({ group, version: path.at(-1) ?? newest });
  }
  return { steps, at: all, goals };
};

/** How long taking one member down may take at most: its stop, and the way back. */
const rolloutMs = 20_000;

/** Bindings by configuration, there and sometimes back: each is rolled out member by member, ahead of its instant. */
const drawConfigurations = (setting: Setting, random: Random): Bindings => {
  const steps: Step[] = [];
  const newest = Math.max(...setting.versions);
  const path = random.pick<readonly number[]>([[newest], [2], [2, 1], [2, 1, newest]]);
  let at = random.int(8_000, 15_000);
  for (const version of path) {
    for (const { members } of setting.groups) {
      const sinceMs = at + members.length * rolloutMs + 2 * setting.leaseMs + setting.marginMs;
      members.forEach(({ name }, i) => {
        const start = at + i * random.int(100, 3_000);
        const down = {
          how: random.chance(0.8) ? 'stop' : 'kill',
          downMs: random.pick([100, 1_000, 4_000]),
        } as const;
        steps.push({ at: start, do: 'configure-member', name, version, sinceMs, ...down });
      });
      steps.push(...publishesAround(setting, sinceMs, random));
      at = sinceMs + random.int(1_000, 5_000);
    }
  }
  return { steps, at: [], goals: [] };
};

/** Events about the instant of a configuration. */
const publishesAround = ({ publishers, keys }: Setting, sinceMs: number, random: Random): readonly Step[] =>
  publishers.flatMap(({ name }) =>
    Array.from({ length: random.int(1, 4) }, (): Step => {
      const [first = 'a', ...others] = keys;
      const key = random.pick([first, ...others]);
      return { at: sinceMs + random.int(-1_500, 1_500), do: 'publish', by: name, key, times: 1 };
    }),
  );

/** All members go down before a binding, and come back after it. */
const stoppedAround = (members: GroupPlan['members'], at: number, random: Random): readonly Step[] =>
  members.map(({ name }) => ({
    at: Math.max(0, at - random.int(500, 3_000)),
    do: random.chance(0.8) ? 'stop' : 'kill',
    name,
    downMs: random.int(2_000, 9_000),
  }));

interface Retirement {
  readonly steps: readonly Step[];
  readonly goals: Goals['retire'];
}

const drawRetirement = (setting: Setting, { at, goals }: Bindings, random: Random): Retirement => {
  if (goals.length === 0) return { steps: [], goals: [] };
  const lowest = Math.min(...goals.map(({ version }) => version));
  const steps: Step[] = [];
  const retired = setting.versions.filter((version) => version < lowest);
  let when = random.int(14_000, 30_000);
  for (const from of retired) {
    const clock = { skewMs: random.int(0, setting.marginMs), driftPpm: 0 };
    const run = { script: 'announce', from, to: lowest, deadlineMs: random.int(2_000, 15_000) } as const;
    steps.push({ at: when, do: 'script', name: `announce-${from}`, clock, run });
    const [first] = setting.groups;
    if (first !== undefined && random.chance(0.3)) {
      const veto = { script: 'veto', group: first.group, version: from, forMs: 60_000 } as const;
      steps.push({ at: when + 2_000, do: 'script', name: `veto-${from}`, clock, run: veto });
    }
    when = Math.max(when, ...at) + random.int(12_000, 20_000);
    for (const again of random.pick([[1], [1], [1, 2], []])) {
      const retire = { script: 'retire', version: from } as const;
      const start = when + (again - 1) * random.int(0, 4_000);
      steps.push({ at: start, do: 'script', name: `retire-${from}-${again}`, clock, run: retire });
    }
    when += random.int(3_000, 8_000);
  }
  return { steps, goals: retired.map((from) => ({ from, to: lowest })) };
};

const drawPublishes = (
  { publishers, keys }: Setting,
  { endsAt, instants }: { readonly endsAt: number; readonly instants: readonly number[] },
  random: Random,
): readonly Step[] => {
  const [first = 'a', ...others] = keys;
  const [one = { name: 'p1' }, ...more] = publishers;
  const publish = (at: number): Step => ({
    at: Math.max(0, at),
    do: 'publish',
    by: random.pick([one, ...more]).name,
    key: random.pick([first, ...others]),
    times: random.pick([1, 1, 1, 2, 4]),
  });
  const spread = Array.from({ length: random.int(10, 28) }, () => publish(random.int(1_500, endsAt)));
  const around = instants.flatMap((instant) =>
    Array.from({ length: random.int(2, 8) }, () => publish(instant + random.int(-2_500, 1_500))),
  );
  return [...spread, ...around];
};
