import type { FaultKind, Operation } from '../broker/faults';
import type { Setting } from './draw-setting';
import type { Story } from './draw-story';
import type { Act, Step } from './plan-types';
import type { Random } from './random';

type Draw = (about: About) => Act | undefined;

interface About {
  readonly setting: Setting;
  readonly random: Random;
  readonly publishers: readonly string[];
  readonly members: readonly string[];
  readonly scripts: readonly string[];
  readonly groups: readonly string[];
}

/** Draws the faults of a run: none now and then, mostly a few, sometimes many; half of them where it matters. */
export const drawFaults = (
  setting: Setting,
  { steps, moments, endsAt }: Story,
  random: Random,
): readonly Step[] => {
  const about: About = {
    setting,
    random,
    publishers: setting.publishers.map(({ name }) => name),
    members: setting.groups.flatMap(({ members }) => members.map(({ name }) => name)),
    scripts: steps.flatMap((step) => (step.do === 'script' ? [step.name] : [])),
    groups: setting.groups.map(({ group }) => group),
  };
  const count = random.pick([0, 2, 4, 7, 12, 20]);
  const drawn: Step[] = [];
  for (let i = 0; i < count; i += 1) {
    const act = pickWeighted(random, table)(about);
    if (act !== undefined) drawn.push({ at: timeOf(act, { moments, endsAt, random }), ...act });
  }
  return [...drawn, ...storms({ about, endsAt })];
};

interface When {
  readonly moments: readonly number[];
  readonly endsAt: number;
  readonly random: Random;
}

/** What is to hit a script must be there before it; the rest comes around the moments that matter, or at any time. */
const timeOf = (act: Act, { moments, endsAt, random }: When): number => {
  if (act.do === 'fault' && isScript(act.fault.process)) return 0;
  const [first, ...others] = moments;
  const near = first !== undefined && random.chance(0.6);
  const at = near
    ? random.pick([first, ...others]) + random.pick([random.int(-500, 500), random.int(-1_000, 12_000)])
    : random.int(1_000, endsAt);
  return Math.min(Math.max(at, 0), endsAt - 1);
};

const isScript = (name: string | undefined): boolean =>
  name !== undefined && /^(bind|announce|retire|veto)-/.test(name);

/** Longer than the session and the time of a transaction, or shorter than any. */
const pauseMs = ({ random, setting }: About): number =>
  random.pick([
    random.int(200, 3_000),
    setting.leaseMs + random.int(-500, 500),
    setting.leaseMs + random.int(500, 10_000),
    random.int(13_000, 25_000),
  ]);

const one = (random: Random, names: readonly string[]): string | undefined => {
  const [first, ...others] = names;
  return first === undefined ? undefined : random.pick([first, ...others]);
};

const named = (
  names: (about: About) => readonly string[],
  act: (name: string, about: About) => Act,
): Draw => {
  return (about) => {
    const name = one(about.random, names(about));
    return name === undefined ? undefined : act(name, about);
  };
};

const anybody = ({ publishers, members, scripts }: About): readonly string[] => [
  ...publishers,
  ...members,
  ...members,
  ...scripts,
];
const machines = ({ publishers, members }: About): readonly string[] => [...publishers, ...members];

const ofPublishers: readonly Operation[] = [
  'connect',
  'begin',
  'send',
  'commit',
  'commit',
  'send',
  'append',
  'follow',
];
const ofMembers: readonly Operation[] = [
  'join',
  'leave',
  'heartbeat',
  'commit-offsets',
  'commit-offsets',
  'read-offsets',
  'append',
  'fetch',
  'follow',
];
const ofScripts: readonly Operation[] = [
  'append',
  'append',
  'append',
  'read-groups',
  'read-offsets',
  'follow',
  'guard',
];

const operationOf = (about: About, name: string): Operation => {
  const { random, publishers, members } = about;
  const [first = 'append', ...others] = publishers.includes(name)
    ? ofPublishers
    : members.includes(name)
      ? ofMembers
      : ofScripts;
  return random.pick([first, ...others]);
};

/** A member that asks twice to join is two members, one of which is dead; a producer that sends twice is told apart. */
const mayComeTwice: ReadonlySet<Operation> = new Set([
  'commit-offsets',
  'heartbeat',
  'leave',
  'join',
  'connect',
]);

const hitRequest = (name: string, about: About): Act => {
  const { random } = about;
  const operation = operationOf(about, name);
  const how = random.pick<FaultKind>([
    'lost-request',
    'lost-response',
    'lost-response',
    'late-request',
    'late-response',
    'twice',
  ]);
  const fitting = how === 'twice' && !mayComeTwice.has(operation) ? 'lost-response' : how;
  const times = random.pick([1, 1, 1, 2, 5]);
  const byMs =
    fitting === 'twice'
      ? random.int(1, 200)
      : random.pick([random.int(50, 1_500), random.int(2_000, 20_000)]);
  return { do: 'fault', fault: { operation, how: fitting, process: name, times, byMs } };
};

const trap = (name: string, about: About): Act => {
  const { random } = about;
  const operation = operationOf(about, name);
  const kills = random.chance(0.7);
  const how = random.pick<FaultKind>(
    kills ? ['kill-before', 'kill-after'] : ['freeze-before', 'freeze-after'],
  );
  const byMs = kills ? random.pick([100, 1_000, 6_000, 12_000]) : pauseMs(about);
  return { do: 'fault', fault: { operation, how, process: name, byMs } };
};

const draws = {
  kill: named(anybody, (name, { random }) => ({
    do: 'kill',
    name,
    downMs: random.pick([50, 800, 5_000, 12_000]),
  })),
  stop: named(machines, (name, { random }) => ({ do: 'stop', name, downMs: random.pick([50, 800, 5_000]) })),
  freeze: named(anybody, (name, about) => ({ do: 'freeze', name, forMs: pauseMs(about) })),
  cut: named(anybody, (name, about) => ({ do: 'cut', name, forMs: pauseMs(about) })),
  request: named(anybody, hitRequest),
  trap: named(anybody, trap),
  outage: ({ random }) => ({ do: 'outage', forMs: random.pick([300, 2_000, 5_000, 9_000, 16_000]) }),
  logAway: named(anybody, (name, { random }) => ({
    do: 'outage',
    forMs: random.pick([1_000, 5_000, 12_000]),
    operations: ['append', 'follow'],
    ...(random.chance(0.5) ? { name } : {}),
  })),
  slow: ({ random }) => ({ do: 'slow', times: random.pick([3, 10, 40]), forMs: random.int(500, 8_000) }),
  clockOfMember: named(
    ({ members }) => members,
    (name, { random }) => ({ do: 'clock', name, byMs: random.int(-15_000, 15_000) }),
  ),
  foreign: ({ random, setting }) => ({
    do: 'foreign-abort',
    id: `foreign-${random.int(1, 1_000_000)}`,
    key: random.pick(setting.keys as [string, ...string[]]),
    events: random.int(1, 3),
    openMs: random.pick([10, 400, 3_000, 30_000]),
  }),
  retention: ({ random, setting }) => ({
    do: 'retention',
    version: random.pick(setting.versions as [number, ...number[]]),
    keep: random.pick([0, 3, 10, 30]),
  }),
  expire: named(
    ({ groups }) => groups,
    (group) => ({ do: 'expire-offsets', group }),
  ),
} as const satisfies Record<string, Draw>;

/** How often each kind of fault is drawn. */
const table: readonly (readonly [number, Draw])[] = [
  [5, draws.kill],
  [2, draws.stop],
  [4, draws.freeze],
  [2, draws.cut],
  [7, draws.request],
  [7, draws.trap],
  [2, draws.outage],
  [2, draws.logAway],
  [1, draws.slow],
  [2, draws.clockOfMember],
  [2, draws.foreign],
  [1, draws.expire],
  [1, draws.retention],
];

const pickWeighted = (random: Random, from: readonly (readonly [number, Draw])[]): Draw => {
  let left = random.int(
    1,
    from.reduce((sum, [weight]) => sum + weight, 0),
  );
  for (const [weight, draw] of from) {
    left -= weight;
    if (left <= 0) return draw;
  }
  return draws.kill;
};

/** Rebalances come in storms: several within some seconds. */
const storms = ({ about, endsAt }: { readonly about: About; readonly endsAt: number }): readonly Step[] => {
  const { random, groups } = about;
  if (!random.chance(0.15)) return [];
  const group = one(random, groups);
  if (group === undefined) return [];
  const from = random.int(2_000, endsAt);
  return Array.from({ length: random.int(2, 8) }, (_, i) => ({
    at: Math.min(from + i * random.int(50, 1_500), endsAt - 1),
    do: 'rebalance',
    group,
  }));
};
