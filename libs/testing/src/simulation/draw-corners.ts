import type { Setting } from './draw-setting';
import type { Story } from './draw-story';
import type { Step } from './plan-types';
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
  const instants = binds.map((at) => at + setting.leaseMs + setting.marginMs + setting.listingMs);
  return [
    ...drawStamps(setting, random.fork('stamps')),
    ...drawOpenTransactions(setting, instants, random.fork('open')),
    ...drawWrongRelease(setting, { instants, endsAt }, random.fork('wrong-release')),
    ...drawClocksSetBack(setting, endsAt, random.fork('set-back')),
    ...drawMoves(setting, endsAt, random.fork('moves')),
    ...drawLateAnswers(setting, steps, random.fork('late-answers')),
    ...drawRivals(setting, steps, random.fork('rivals')),
    ...drawLatePulses(setting, endsAt, random.fork('late-pulses')),
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

/** For a while a publisher has a release that writes the newest version only. */
const drawWrongRelease = (
  { publishers, versions }: Setting,
  { instants, endsAt }: { readonly instants: readonly number[]; readonly endsAt: number },
  random: Random,
): readonly Step[] => {
  const name = publishers.at(-1)?.name;
  const instant = instants.at(-1);
  if (name === undefined || instant === undefined || publishers.length < 2 || !random.chance(0.12)) return [];
  const release = { do: 'release-publisher', name, how: 'stop', downMs: 100 } as const;
  const at = Math.max(13_000, instant - random.int(5_000, 12_000));
  return [
    { at, ...release, versions: versions.slice(-1) },
    { at: Math.min(at + random.int(8_000, 20_000), endsAt - 1), ...release, versions },
  ];
};

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
    const aheadMs = setting.leaseMs + setting.marginMs + setting.listingMs;
    const away: Step = {
      at: step.at + random.int(-300, 400),
      do: 'outage',
      name: oneOf(random, names),
      operations: random.pick([['append'], ['append'], ['follow']]),
      forMs: aheadMs + random.pick([random.int(300, 3_000), random.int(300, setting.decisionMs + 1_500)]),
    };
    const burst = drawBurst(setting, random);
    if (random.chance(0.5)) return [away, ...burst];
    return [away, ...burst, { at: step.at + aheadMs - random.int(500, 5_000), do: 'rebalance', group }];
  });

/** So many events at once that handlers of one version fall behind what is skipped of another. */
const drawBurst = ({ publishers, keys }: Setting, random: Random): readonly Step[] => {
  const by = oneOf(
    random,
    publishers.map(({ name }) => name),
  );
  const afterMs = [-800, -600, -450, -300, -200, -100, 0, 50, 150];
  return random.chance(0.5)
    ? [{ at: 0, do: 'publish-at-instants', by, key: oneOf(random, keys), afterMs }]
    : [];
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

const oneOf = (random: Random, [first = 'a', ...others]: readonly string[]): string =>
  random.pick([first, ...others]);
