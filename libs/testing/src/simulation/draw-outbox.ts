import type { FaultKind } from '../broker/faults';
import type { Setting } from './draw-setting';
import type { Story } from './draw-story';
import type { Act, OutboxPlan, PublisherPlan, Step } from './plan-types';
import type { Random } from './random';

/** Some runs have an outbox. */
export const drawOutbox = (random: Random): OutboxPlan | undefined =>
  random.chance(0.2)
    ? {
        ranges: random.pick([1, 2, 2, 3]),
        pollMs: random.pick([1_500, 4_000]),
        balanceMs: random.pick([1_500, 3_000]),
        standstillMs: random.pick([5_000, 7_000, 10_000]),
        heldMs: random.pick([
          [0, 20],
          [0, 400],
          [100, 3_000],
        ]),
        givesUpOneIn: random.pick([4, 10, 1_000]),
      }
    : undefined;

/** Who shares it: all publishers, or all but the first. */
export const throughOutbox = (
  publishers: readonly PublisherPlan[],
  random: Random,
): readonly PublisherPlan[] => {
  const direct = publishers.length > 1 && random.chance(0.3) ? 1 : 0;
  return publishers.map((plan, i) => (i < direct ? plan : { ...plan, through: 'outbox' }));
};

/** What happens to relays and their database in particular. */
export const drawOutboxFaults = (
  setting: Setting,
  { steps: told, moments, endsAt }: Pick<Story, 'steps' | 'moments' | 'endsAt'>,
  random: Random,
): readonly Step[] => {
  const [first, ...others] = setting.publishers.filter(({ through }) => through === 'outbox');
  const { outbox } = setting;
  if (outbox === undefined || first === undefined) return [];
  const count = random.pick([0, 2, 4, 8]);
  const steps = Array.from({ length: count }, (): readonly Step[] => {
    const { name } = random.pick([first, ...others]);
    const at = timeOf({ moments, endsAt }, random);
    return [...burst({ at, setting, name }, random), { at, ...drawFault(name, outbox, random) }];
  });
  const retirements = told.flatMap((step): readonly Step[] => {
    if (step.do !== 'script' || step.run.script !== 'retire' || random.chance(0.25)) return [];
    return drawLateRelay({ at: step.at, setting, name: random.pick([first, ...others]).name }, random);
  });
  return [...steps.flat(), ...retirements].filter(({ at }) => at >= 0 && at < endsAt);
};

interface Spot {
  readonly at: number;
  readonly setting: Setting;
  readonly name: string;
}

/** When a version is to retire, a relay hears of it late, or is slow to send what it has stamped; and there is much to send. */
const drawLateRelay = (spot: Spot, random: Random): readonly Step[] => {
  const { at, name } = spot;
  const byMs = random.int(600, 1_800);
  const late: Act = random.chance(0.5)
    ? { do: 'outage', operations: ['follow'], name, forMs: random.int(1_000, 5_000) }
    : { do: 'fault', fault: { operation: 'send', how: 'late-request', process: name, times: 8, byMs } };
  return [
    { at: at + random.int(-100, 400), ...late },
    ...[100, 500, 1_000, 1_600, 2_500, 3_500].flatMap((after) => burst({ ...spot, at: at + after }, random)),
  ];
};

const timeOf = ({ moments, endsAt }: Pick<Story, 'moments' | 'endsAt'>, random: Random): number => {
  const [first, ...others] = moments;
  if (first === undefined || random.chance(0.4)) return random.int(2_000, endsAt - 1);
  return Math.min(endsAt - 1, random.pick([first, ...others]) + random.int(-500, 9_000));
};

/** There has to be something to send. */
const burst = ({ at, setting, name }: Spot, random: Random): readonly Step[] => {
  const [first = 'a', ...others] = setting.keys;
  return [random.int(20, 200), random.int(0, 60)].map((before) => ({
    at: Math.max(0, at - before),
    do: 'publish',
    by: name,
    key: random.pick([first, ...others]),
    times: random.int(1, 3),
  }));
};

const drawFault = (name: string, { standstillMs }: OutboxPlan, random: Random): Act => {
  const what = random.int(1, 12);
  if (what <= 5) return hitStatement(name, random);
  if (what <= 7) return hitBroker(name, random);
  if (what === 8) return { do: 'freeze', name, forMs: standstillMs + random.int(-500, 8_000) };
  if (what === 9) return { do: 'end-sessions', name };
  if (what === 10) return { do: 'stop', name, downMs: random.int(5_000, 25_000) };
  if (what === 11)
    return { do: 'database-outage', forMs: random.pick([500, 4_000, 9_000]), restarts: random.chance(0.5) };
  return { do: 'database-outage', forMs: random.int(2_000, 12_000), restarts: false, name };
};

const hitStatement = (name: string, random: Random): Act => {
  const how = random.pick<FaultKind>([
    'lost-request',
    'lost-response',
    'lost-response',
    'late-request',
    'late-response',
    'kill-before',
    'kill-after',
    'freeze-before',
    'freeze-after',
  ]);
  const operation = random.chance(0.2) ? 'commit' : 'statement';
  const byMs = random.pick([random.int(100, 1_500), random.int(3_000, 15_000)]);
  return {
    do: 'fault',
    to: 'database',
    fault: {
      operation,
      how,
      process: name,
      times: how.startsWith('lost') ? random.pick([1, 2, 4]) : 1,
      byMs,
    },
  };
};

/** A relay dies, stands still or hears nothing about when it commits. */
const hitBroker = (name: string, random: Random): Act => {
  const how = random.pick<FaultKind>([
    'kill-before',
    'kill-after',
    'freeze-before',
    'freeze-after',
    'lost-response',
    'lost-response',
    'lost-request',
  ]);
  const operation = random.pick(['send', 'commit', 'commit'] as const);
  const byMs = random.pick([random.int(100, 3_000), random.int(6_000, 20_000)]);
  return { do: 'fault', fault: { operation, how, process: name, byMs } };
};
