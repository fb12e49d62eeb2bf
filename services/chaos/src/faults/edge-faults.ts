import { delay } from '@baton/messaging';
import type { ActionOf } from '../plan/actions';
import type { Outcome } from '../stage/fault-log';
import type { Stage } from '../stage/stage';
import { killWorker } from './worker-faults';

const readyLimitMs = 60_000;

/** Kills a relay; skipped where there is no database. */
export const killRelay = ({ worker, point }: ActionOf<'kill-relay'>, stage: Stage): Promise<Outcome> =>
  withDatabase('relay-kill', stage, () =>
    killWorker('relay-kill', stage.cast.relays[worker] ?? '', point, stage),
  );

/** Kills a process that has members with an inbox. */
export const killInbox = ({ worker, point }: ActionOf<'kill-inbox'>, stage: Stage): Promise<Outcome> =>
  withDatabase('inbox-kill', stage, () =>
    killWorker('inbox-kill', stage.cast.consumers[worker] ?? '', point, stage),
  );

/** Lets a process stop itself at a named point, and wakes it when others have its work; where it does not come by, anywhere. */
export const pauseAtPoint = (
  { do: what, worker, point, ms }: ActionOf<'pause-relay' | 'pause-inbox'>,
  stage: Stage,
): Promise<Outcome> => {
  const { cast, crew, faults, workerLocks } = stage;
  const [fault, workers] =
    what === 'pause-relay'
      ? (['relay-pause', cast.relays] as const)
      : (['inbox-pause', cast.consumers] as const);
  const name = workers[worker] ?? '';
  return withDatabase(fault, stage, () =>
    workerLocks.hold(name, () =>
      faults.during(fault, name, async () => {
        await crew.ready(name, readyLimitMs);
        const where = point === 'at-random' ? 'anywhere' : await crew.pauseAt(name, { point, ms });
        if (where === 'anywhere') await crew.pause(name, ms);
        return { note: `${where} for ${ms} ms`, outcome: 'done' as const };
      }),
    ),
  );
};

const answersWithinMs = 60_000;

/** Kills a process of the server: it ends all others, and recovers from what it has written down. */
export const killDatabase = (stage: Stage): Promise<Outcome> =>
  withDatabase('database-kill', stage, () =>
    stage.faults.during('database-kill', 'database', async () => {
      const { database, random, clock } = stage;
      if (database?.killable !== true) {
        return { note: 'the processes of the server are not of this machine', outcome: 'skipped' as const };
      }
      const pid = await database.somebody(random.next);
      if (pid === undefined) return { note: 'nobody is connected', outcome: 'missed' as const };
      process.kill(pid, 'SIGKILL');
      await delay(clock, 100);
      const deadline = clock.now() + answersWithinMs;
      while ((await database.unsent().catch(() => -1)) < 0 && clock.now() < deadline) await delay(clock, 100);
      return { note: 'one process of the server killed, all connections lost', outcome: 'done' as const };
    }),
  );

const withDatabase = (fault: string, stage: Stage, work: () => Promise<Outcome>): Promise<Outcome> => {
  const { database: support } = stage.cluster;
  if (support.usable) return work();
  const { because } = support;
  return stage.faults.during(fault, 'nobody', async () => ({ note: because, outcome: 'skipped' as const }));
};
