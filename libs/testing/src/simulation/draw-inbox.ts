import type { FaultKind } from '../broker/faults';
import type { Setting } from './draw-setting';
import type { Story } from './draw-story';
import type { InboxPlan } from './inbox-plan';
import type { Step } from './plan-types';
import type { Random } from './random';

/** In some runs some groups have an inbox. */
export const drawInbox = ({ groups, latencyMs }: Setting, random: Random): InboxPlan | undefined => {
  if (!random.chance(0.35)) return undefined;
  const names = groups.map(({ group }) => group);
  const some = random.some(names, 0.7);
  return {
    groups: some.length > 0 ? some : names.slice(0, 1),
    latencyMs: [0, Math.min(latencyMs[1], random.pick([1, 5, 20]))],
    aheadMs: random.int(-20_000, 20_000),
    slowOneIn: random.pick([0, 0, 12, 40]),
    slowMs: [1_000, random.pick([4_000, 9_000])],
  };
};

/** What happens to inboxes and their database, and events that come again under their old id. */
export const drawInboxFaults = (
  setting: Setting,
  inbox: InboxPlan | undefined,
  { story: { steps, moments, endsAt }, random }: { readonly story: Story; readonly random: Random },
): readonly Step[] => {
  if (inbox === undefined) return [];
  const members = setting.groups
    .filter(({ group }) => inbox.groups.includes(group))
    .flatMap((group) => group.members.map(({ name }) => name));
  const when = (): number => {
    const [first, ...others] = moments;
    if (first === undefined || random.chance(0.4)) return random.int(2_000, endsAt - 1);
    return random.pick([first, ...others]) + random.int(-500, 12_000);
  };
  const faults = Array.from({ length: random.pick([0, 2, 5, 9]) }, (): Step => {
    const name = oneOf(random, members);
    return { at: when(), ...drawFault(name, setting.leaseMs, random) };
  });
  const stopsAt = Math.min(endsAt, ...retirementsOf(steps)) - 25_000;
  return [...faults, ...drawAgain(setting, steps, random)].filter(({ at, ...act }) => {
    if (at < 0 || at >= endsAt) return false;
    return act.do !== 'publish-again' || at < stopsAt;
  });
};

type Act = Step extends infer S ? (S extends { readonly at: number } ? Omit<S, 'at'> : never) : never;

const drawFault = (process: string, leaseMs: number, random: Random): Act => {
  const what = random.int(1, 10);
  if (what === 1) return { do: 'inbox-restart', forMs: random.pick([200, 2_000, 7_000]) };
  /** The commit comes when the lease is just over, or just not. */
  const aboutLease = leaseMs + random.int(-1_500, 300);
  const operation = random.chance(0.45) ? 'commit' : 'statement';
  if (what <= 5) {
    const how = random.pick<FaultKind>(['kill-before', 'kill-after', 'freeze-before', 'freeze-after']);
    const pauseMs = random.pick([random.int(200, 3_000), aboutLease, leaseMs + random.int(-500, 9_000)]);
    const byMs = how.startsWith('kill') ? random.pick([100, 1_000, 6_000]) : pauseMs;
    return { do: 'inbox-fault', fault: { operation, how, process, byMs } };
  }
  const how = random.pick<FaultKind>(['lost-request', 'lost-response', 'late-request', 'late-response']);
  const times = how.startsWith('lost') ? random.pick([1, 1, 3]) : 1;
  const byMs = random.pick([random.int(50, 1_500), aboutLease, random.int(2_000, 15_000)]);
  return { do: 'inbox-fault', fault: { operation, how, process, times, byMs } };
};

/** Around bindings above all: published before the instant and again after it, each in the version of its time. */
const drawAgain = (setting: Setting, steps: readonly Step[], random: Random): readonly Step[] => {
  const binds = steps.flatMap((step) =>
    step.do === 'script' && step.run.script === 'bind' ? [step.at] : [],
  );
  const [first = 10_000, ...others] = binds;
  return Array.from({ length: random.pick([0, 1, 3]) }, (_, i) => ({
    at: random.pick([first, ...others]) + random.int(-3_000, 9_000),
    do: 'publish-again',
    id: `again-${i + 1}`,
    key: oneOf(random, setting.keys),
    afterMs: random.pick([[random.int(1, 400)], [random.int(1_000, 12_000)], [40, random.int(500, 9_000)]]),
  }));
};

/** When the end of a version may begin: nobody who is not known publishes it any more by then. */
const retirementsOf = (steps: readonly Step[]): readonly number[] =>
  steps.flatMap((step) => (step.do === 'script' && step.run.script === 'retire' ? [step.at] : []));

const oneOf = (random: Random, [first = 'a', ...others]: readonly string[]): string =>
  random.pick([first, ...others]);
