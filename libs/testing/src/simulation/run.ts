import { createHash } from 'node:crypto';
import { delay } from '@baton/messaging';
import { perform } from './acts';
import type { History, HistorySetting } from './history';
import { Operator } from './operator';
import { pendingIn } from './pending';
import type { Plan } from './plan-types';
import { World } from './world';

/** What a run leaves behind. */
export interface RunResult {
  readonly history: History;
  readonly setting: HistorySetting;
  /** The same for the same plan, byte for byte. */
  readonly digest: string;
}

/** How long finishing the migration may take once faults are over, and then settling (virtual milliseconds). */
const finishLimitMs = 900_000;
const settleLimitMs = 120_000;
const quietMs = 1_500;

/** Plays a plan to its end. Nothing that goes wrong in it makes this reject: the history says it. */
export const run = async (plan: Plan): Promise<RunResult> => {
  const world = new World(plan);
  const { clock, recorder } = world;
  for (const { host } of world.publishers.values()) host.start();
  for (const { members } of plan.groups) {
    for (const { name, startsAtMs = 0 } of members)
      clock.after(startsAtMs, () => world.members.get(name)?.host.recover());
  }
  for (const { at, ...act } of plan.steps) clock.after(at, () => perform(world, act));
  const operator = new Operator(world);
  let finished = false;
  const story = async (): Promise<void> => {
    await delay(clock, plan.faultsOverAt);
    operator.heal();
    await operator.finish();
    finished = true;
  };
  void story();
  await clock.reaches(() => finished, plan.faultsOverAt + finishLimitMs);
  await settle(world);
  const pending = [
    ...(finished ? [] : ['the migration was not brought to its end in time']),
    ...operator.missing,
    ...pendingIn(world),
  ];
  recorder.observe({ kind: 'ended', pending });
  const { history } = recorder;
  return {
    history,
    setting: settingOf(plan),
    get digest() {
      return digestOf(history);
    },
  };
};

/** Waits until nothing is pending, and still is not a while later. */
const settle = async (world: World): Promise<void> => {
  const { clock } = world;
  const until = clock.now() + settleLimitMs;
  do {
    await clock.reaches(() => pendingIn(world).length === 0, until - clock.now());
    await clock.advance(quietMs);
  } while (pendingIn(world).length > 0 && clock.now() < until);
};

const settingOf = ({
  leaseMs,
  marginMs,
  groups,
  eventType,
  versions,
  partitions,
  inbox,
}: Plan): HistorySetting => ({
  leaseMs,
  marginMs,
  groups: groups.map(({ group }) => ({
    group,
    eventType,
    handles: versions,
    ...(inbox?.groups.includes(group) === true ? { effects: 'inbox' as const } : {}),
  })),
  eventTypes: [{ eventType, versions, partitions }],
});

const digestOf = (history: History): string => {
  const hash = createHash('sha256');
  for (const entry of history) hash.update(JSON.stringify(entry));
  return hash.digest('hex');
};
