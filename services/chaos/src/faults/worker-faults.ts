import { delay } from '@baton/messaging';
import type { ActionOf } from '../plan/actions';
import type { Outcome } from '../stage/fault-log';
import type { Stage } from '../stage/stage';
import type { Point } from '../workers/points';

const pointLimitMs = 12_000;
/** Points that only come by when something is bound. */
const bindPoints: ReadonlySet<string> = new Set([
  'during-hold',
  'before-ack-of-proposal',
  'after-ack-of-proposal',
]);
const bindLimitMs = 25_000;
const readyLimitMs = 60_000;

/** Points that are passed at a start only: the next incarnation is armed, and this one killed. */
const startPoints: ReadonlySet<string> = new Set([
  'before-fence',
  'after-fence',
  'after-join',
  'after-log-read',
  'after-range-taken',
]);

export const killConsumer = ({ worker, point }: ActionOf<'kill-consumer'>, stage: Stage): Promise<Outcome> =>
  killWorker('consumer-kill', stage.cast.consumers[worker] ?? '', point, stage);

export const killPublisher = (
  { worker, point }: ActionOf<'kill-publisher'>,
  stage: Stage,
): Promise<Outcome> => killWorker('publisher-kill', stage.cast.publishers[worker] ?? '', point, stage);

/** Kills at the named point; where that is not reached in time, wherever the worker is then. */
export const killWorker = (
  fault: string,
  name: string,
  point: Point | 'at-random',
  stage: Stage,
): Promise<Outcome> =>
  stage.workerLocks.hold(name, () =>
    stage.faults.during(fault, name, async () => {
      const note = await killAt(name, point, stage);
      await stage.crew.ready(name, readyLimitMs);
      return { note, outcome: 'done' as const };
    }),
  );

/** Answers where the worker was killed. */
const killAt = async (
  name: string,
  point: Point | 'at-random',
  { crew, clock, random }: Stage,
): Promise<string> => {
  if (point === 'at-random') {
    await delay(clock, random.between(0, 1_000));
    await crew.kill(name);
    return 'at random';
  }
  if (startPoints.has(point)) {
    const before = crew.incarnation(name);
    await crew.kill(name, point);
    while (crew.incarnation(name) === before) await delay(clock, 50);
    const died = await crew.expectDeath(name, readyLimitMs);
    if (died === 'alive') await crew.kill(name);
    return died === 'died' ? point : `${point} not reached, at random instead`;
  }
  await crew.tell(name, { do: 'arm', point }).catch(() => {});
  if ((await crew.expectDeath(name, bindPoints.has(point) ? bindLimitMs : pointLimitMs)) === 'died')
    return point;
  await crew.kill(name);
  return `${point} not reached, at random instead`;
};

/** Stops a process for longer than its session or its transaction lasts. */
export const pauseWorker = (
  { do: what, worker, ms }: ActionOf<'pause-consumer' | 'pause-publisher'>,
  { faults, crew, cast, workerLocks }: Stage,
): Promise<Outcome> => {
  const isConsumer = what === 'pause-consumer';
  const name = (isConsumer ? cast.consumers : cast.publishers)[worker] ?? '';
  return workerLocks.hold(name, () =>
    faults.during(isConsumer ? 'consumer-pause' : 'publisher-pause', name, async () => {
      await crew.pause(name, ms);
      return { note: `${ms} ms`, outcome: 'done' as const };
    }),
  );
};

/** Members leave and come back faster than the group settles. */
export const storm = (
  { group, times }: ActionOf<'storm'>,
  { faults, crew, cast, clock, random, groupLocks }: Stage,
): Promise<Outcome> => {
  const chosen = cast.groups[group];
  return faults.during('rebalance-storm', chosen?.group ?? '', async () => {
    if (chosen === undefined) return { note: 'no such group', outcome: 'missed' as const };
    await groupLocks.hold(chosen.group, async () => {
      for (let i = 0; i < times; i += 1) {
        const member = random.pick(chosen.members);
        await crew.tell(member, { do: 'stop-group', group: chosen.group }).catch(() => {});
        await delay(clock, random.between(0, 500));
        await crew.tell(member, { do: 'start-group', group: chosen.group }, 30_000).catch(() => {});
      }
    });
    return { note: `${times} times`, outcome: 'done' as const };
  });
};
