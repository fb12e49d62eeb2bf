import { createHash } from 'node:crypto';
import { delay } from '@baton/messaging';
import { perform } from './acts';
import type { History, HistorySetting } from './history';
import { Operator } from './operator';
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
  for (const { host } of world.members.values()) host.start();
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
  await clock.reaches(() => pendingIn(world).length === 0, settleLimitMs);
  await clock.advance(quietMs);
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

/** What has not settled, in words. */
const pendingIn = (world: World): readonly string[] => {
  const calls = world.openCalls().map((call) => `publish call ${call} has not ended`);
  const hosts = [...world.publishers.values(), ...world.members.values()].flatMap(({ host }) =>
    host.isUp() ? [] : [`${host.name} does not run`],
  );
  const behind = world.plan.groups.flatMap(({ group }) => behindOf(world, group));
  return [...calls, ...hosts, ...behind];
};

/** Where a group has not committed to the end of what its members read. */
const behindOf = (world: World, group: string): readonly string[] => {
  const reads = new Set(
    [...world.members.values()].flatMap((member) => (member.group === group ? member.reads : [])),
  );
  return [...reads].flatMap((version) => {
    const topic = world.topic(version);
    return world.broker.logs(topic).flatMap((log, partition) => {
      const { offset } = world.broker.group(group).offsets.get({ topic, partition });
      const end = log.highWatermark();
      return offset === end
        ? []
        : [`${group} stands at ${offset ?? 'no offset'} of ${topic}/${partition}, which ends at ${end}`];
    });
  });
};

const settingOf = ({ leaseMs, marginMs, groups, eventType, versions, partitions }: Plan): HistorySetting => ({
  leaseMs,
  marginMs,
  groups: groups.map(({ group }) => ({ group, eventType, handles: versions })),
  eventTypes: [{ eventType, versions, partitions }],
});

const digestOf = (history: History): string => {
  const hash = createHash('sha256');
  for (const entry of history) hash.update(JSON.stringify(entry));
  return hash.digest('hex');
};
