import type { Operation } from '../broker/faults';
import type { Setting } from './draw-setting';
import type { Story } from './draw-story';
import type { GroupPlan, Step } from './plan-types';
import type { Random } from './random';

/** Draws what is rare by itself, and what a migration turns on: stamps at the very instant, and what lies open across it. */
export const drawCorners = (
  setting: Setting,
  { steps, endsAt }: Pick<Story, 'steps' | 'endsAt'>,
  random: Random,
): readonly Step[] => {
  const binds = steps.flatMap((step) =>
    step.do === 'script' && step.run.script === 'bind' ? [step.at] : [],
  );
  const instants = binds.map((at) => at + leadOf(setting));
  return [
    ...drawStamps(setting, random.fork('stamps')),
    ...drawOpenTransactions(setting, instants, random.fork('open')),
    ...drawWrongRelease(setting, steps, random.fork('wrong-release')),
    ...drawClocksSetBack(setting, endsAt, random.fork('set-back')),
    ...drawMoves(setting, endsAt, random.fork('moves')),
    ...drawLateAnswers(setting, steps, random.fork('late-answers')),
    ...drawRivals(setting, steps, random.fork('rivals')),
    ...drawLatePulses(setting, endsAt, random.fork('late-pulses')),
    ...drawAbsence(setting, { steps, endsAt }, random.fork('absence')),
  ].filter(({ at }) => at < endsAt);
};

/** Events stamped at the instants of bindings, and a little before and after them. */
const drawStamps = ({ publishers, keys }: Setting, random: Random): readonly Step[] =>
  publishers.flatMap(({ name }): readonly Step[] => {
    if (random.chance(0.5)) return [];
    const afterMs = random.pick([[0], [-1, 0], [0, 1], [-300, -150, 0, 40], [-1, 0, 0, 1, 2_500]]);
    return [{ at: 0, do: 'publish-at-instants', by: name, key: oneOf(random, keys), afterMs }];
  });

/** Somebody who writes the oldest version only has a transaction open when the instant comes. */
const drawOpenTransactions = (
  { keys, versions }: Setting,
  instants: readonly number[],
  random: Random,
): readonly Step[] =>
  instants.flatMap((instant, i): readonly Step[] => {
    if (!random.chance(0.12)) return [];
    return [
      {
        at: Math.max(0, instant - random.int(200, 3_000)),
        do: 'foreign-abort',
        id: `foreign-open-${i + 1}`,
        key: oneOf(random, keys),
        events: random.int(1, 2),
        openMs: random.pick([3_000, 8_000, 30_000]),
        versions: versions.slice(0, 1),
      },
    ];
  });

/**
 * Around a roll back the publisher whose clock is ahead has a release that writes the newest version only: what it
 * writes then lies before older events of others, and may wait for nothing.
 */
const drawWrongRelease = (setting: Setting, steps: readonly Step[], random: Random): readonly Step[] => {
  const { publishers, versions, keys } = setting;
  const [behind, ...others] = [...publishers].sort((a, b) => a.clock.skewMs - b.clock.skewMs);
  const ahead = others.at(-1);
  const back = rollBackAt(steps);
  if (behind === undefined || ahead === undefined || back === undefined || !random.chance(0.5)) return [];
  const release = { do: 'release-publisher', name: ahead.name, how: 'stop', downMs: 100 } as const;
  const publish = { at: back - 500, do: 'publish-at-instants', key: oneOf(random, keys) } as const;
  return [
    { at: back + random.int(0, 2_000), ...release, versions: versions.slice(-1) },
    { ...publish, by: ahead.name, afterMs: [150, 300, 600] },
    { ...publish, by: behind.name, afterMs: [-60, -5, 10, 400] },
    { at: back + leadOf(setting) + random.int(3_000, 8_000), ...release, versions },
  ];
};

/** When a group is first bound back to an older version. */
const rollBackAt = (steps: readonly Step[]): number | undefined => {
  const bound = new Map<string, number>();
  for (const step of steps) {
    if (step.do !== 'script' || step.run.script !== 'bind') continue;
    const { group, version } = step.run;
    if (version < (bound.get(group) ?? version)) return step.at;
    bound.set(group, version);
  }
  return undefined;
};

/** How long after the start of a script the instant of its binding is, about. */
const leadOf = ({ leaseMs, marginMs, listingMs }: Setting): number => leaseMs + marginMs + listingMs;

/** The clock of a publisher is set back while it is at work. */
const drawClocksSetBack = ({ publishers }: Setting, endsAt: number, random: Random): readonly Step[] =>
  publishers.flatMap(({ name }): readonly Step[] =>
    random.chance(0.1)
      ? [{ at: random.int(3_000, endsAt), do: 'clock', name, byMs: -random.pick([20, 400, 5_000]) }]
      : [],
  );

/** A publisher goes on on another machine, whose clock is another one within the margin, and publishes on and on. */
const drawMoves = (
  { publishers, keys, marginMs }: Setting,
  endsAt: number,
  random: Random,
): readonly Step[] =>
  publishers.flatMap(({ name, clock }): readonly Step[] => {
    if (clock.skewMs < 0 || !random.chance(0.15)) return [];
    const skewMs = random.int(0, marginMs);
    const how = random.chance(0.5) ? 'stop' : 'kill';
    const at = random.int(3_000, endsAt);
    const key = oneOf(random, keys);
    const publishes = [-80, -40, 200, 500, 800, 1_200, 1_600].map(
      (after): Step => ({ at: at + after, do: 'publish', by: name, key, times: 1 }),
    );
    return [{ at, do: 'move', name, skewMs, how, downMs: random.pick([20, 300]) }, ...publishes];
  });

/** A member hears of a proposal, or is heard, only about when the instant comes; perhaps the group rebalances then. */
const drawLateAnswers = (setting: Setting, steps: readonly Step[], random: Random): readonly Step[] =>
  steps.flatMap((step): readonly Step[] => {
    if (step.do !== 'script' || step.run.script !== 'bind' || !random.chance(0.2)) return [];
    const { group } = step.run;
    const names = setting.groups.find((one) => one.group === group)?.members.map(({ name }) => name) ?? [];
    const aheadMs = leadOf(setting);
    const away = {
      at: step.at + random.int(-300, 400),
      do: 'outage' as const,
      name: oneOf(random, names),
      operations: random.pick<readonly Operation[]>([['append'], ['append'], ['follow']]),
      forMs:
        aheadMs +
        random.pick([
          random.int(300, 3_000),
          random.int(300, setting.decisionMs),
          setting.decisionMs + random.int(300, 1_500),
        ]),
    };
    const hearsLate = away.operations.includes('follow');
    const ahead = hearsLate ? drawSkippedAhead(setting, step.at, random) : [];
    if (random.chance(0.5)) return [away, ...ahead];
    return [away, ...ahead, { at: step.at + aheadMs - random.int(500, 5_000), do: 'rebalance', group }];
  });

/** What is skipped of the newer version runs ahead: an open transaction keeps the older one from being read. */
const drawSkippedAhead = (setting: Setting, bindAt: number, random: Random): readonly Step[] => {
  const { publishers, keys, versions } = setting;
  if (!random.chance(0.5)) return [];
  const key = oneOf(random, keys);
  const by = oneOf(
    random,
    publishers.map(({ name }) => name),
  );
  return [
    { at: bindAt - 500, do: 'publish-at-instants', by, key, afterMs: [0, 50, 150] },
    {
      at: bindAt + leadOf(setting) - random.int(100, 1_500),
      do: 'foreign-abort',
      id: `foreign-ahead-${bindAt}`,
      key,
      events: 1,
      openMs: 30_000,
      versions: versions.slice(0, 1),
    },
  ];
};

/** Somebody else binds the same group at the same moment, otherwise. */
const drawRivals = (setting: Setting, steps: readonly Step[], random: Random): readonly Step[] =>
  steps.flatMap((step): readonly Step[] => {
    if (step.do !== 'script' || step.run.script !== 'bind' || !random.chance(0.1)) return [];
    const { version } = step.run;
    const other = random.pick([version, version === 1 ? 2 : 1]);
    const run = { ...step.run, version: other };
    return [{ ...step, at: step.at + random.int(0, setting.latencyMs[1]), name: `${step.name}-rival`, run }];
  });

/** A member is paused between a heartbeat and its answer, and takes the answer for a fresh one when it goes on. */
const drawLatePulses = ({ groups, leaseMs }: Setting, endsAt: number, random: Random): readonly Step[] =>
  groups
    .flatMap(({ members }) => members)
    .flatMap(({ name }): readonly Step[] => {
      if (!random.chance(0.08)) return [];
      const byMs = leaseMs + random.int(-500, 8_000);
      const fault = { operation: 'heartbeat', how: 'freeze-after', process: name, byMs } as const;
      return [{ at: random.int(8_000, endsAt), do: 'fault', fault }];
    });

/** A group goes home before its cut and is still away when the old version is to be retired; its offsets may expire. */
const drawAbsence = (
  setting: Setting,
  { steps, endsAt }: Pick<Story, 'steps' | 'endsAt'>,
  random: Random,
): readonly Step[] => {
  const { group, members } = random.pick(setting.groups as [GroupPlan, ...GroupPlan[]]);
  const bound = steps.findLast(
    (step) => step.do === 'script' && step.run.script === 'bind' && step.run.group === group,
  );
  const retire = steps.find((step) => step.do === 'script' && step.run.script === 'retire');
  if (bound === undefined || retire === undefined || !random.chance(0.3)) return [];
  const at = bound.at + random.int(1_500, 4_000);
  const downMs = Math.min(Math.max(0, retire.at - at) + random.int(3_000, 9_000), endsAt - at - 500);
  if (downMs <= 0) return [];
  const away = members.map(({ name }): Step => ({ at, do: 'stop', name, downMs }));
  if (random.chance(0.5)) return away;
  return [...away, { at: retire.at - random.int(100, 900), do: 'expire-offsets', group }];
};

const oneOf = (random: Random, [first = 'a', ...others]: readonly string[]): string =>
  random.pick([first, ...others]);
