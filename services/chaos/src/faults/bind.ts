import { delay } from '@baton/messaging';
import { monotonicMs } from '../history/monotonic';
import type { Bind } from '../plan/actions';
import type { Outcome } from '../stage/fault-log';
import type { GroupCast } from '../stage/names';
import type { ScriptEnd } from '../stage/script';
import type { Stage } from '../stage/stage';
import type { ScriptPoint } from '../workers/points';

const mostTries = 10;
const emptyLimitMs = 40_000;

/** Binds a stream by scripts, some of which are killed on their way, with the group at work or stopped. */
export const bind = async (action: Bind, stage: Stage): Promise<Outcome> => {
  const { cast, faults, groupLocks } = stage;
  const group = cast.groups[action.group];
  const eventType = group?.eventTypes[action.eventType];
  if (group === undefined || eventType === undefined) return 'missed';
  return faults.during(`bind-${action.how}`, `${group.group} ${eventType}`, () =>
    groupLocks.hold(group.group, async () => {
      const move = { group: group.group, eventType, version: action.how === 'back' ? 1 : 2 };
      const bound = async (): Promise<ScriptEnd> => {
        const end = await bindWithKills(move, action.kills, stage);
        await delay(stage.clock, action.awayMs);
        return end;
      };
      const end = await (action.how === 'stopped' ? whileStopped(group, stage, bound) : bound());
      return { note: end, outcome: end === 'done' ? ('done' as const) : ('missed' as const) };
    }),
  );
};

interface Move {
  readonly group: string;
  readonly eventType: string;
  readonly version: number;
}

const bindWithKills = async (move: Move, kills: readonly ScriptPoint[], stage: Stage): Promise<ScriptEnd> => {
  for (const point of kills) {
    for (let tries = 0; tries < 3 && (await killScript(move, point, stage)) === 'missed'; tries += 1);
  }
  let end: ScriptEnd = 'failed';
  for (let tries = 0; tries < mostTries && end !== 'done'; tries += 1) {
    if (tries > 0) await delay(stage.clock, 1_000);
    end = await stage.script(move);
  }
  return end;
};

/** A script that comes to an end before the point is not killed; the next is, where every script comes by. */
const killScript = (move: Move, point: ScriptPoint, { script, faults }: Stage): Promise<Outcome> =>
  faults.during('script-kill', `${move.group} ${move.eventType}`, async () => {
    if ((await script({ ...move, armed: point })) === 'killed')
      return { note: point, outcome: 'done' as const };
    const certain = 'after-binding-requested';
    const end = await script({ ...move, armed: certain });
    return {
      note: `${point} not reached, ${certain} instead`,
      outcome: end === 'killed' ? ('done' as const) : ('missed' as const),
    };
  });

/** Stops the group everywhere, also for processes that are started meanwhile, and starts it again in the end. */
const whileStopped = async <T>(
  { group, members }: GroupCast,
  { crew, cluster, faults, clock }: Stage,
  work: () => Promise<T>,
): Promise<T> => {
  const from = monotonicMs();
  const amend = (change: (stopped: readonly string[]) => string[]): void => {
    for (const member of members) {
      crew.amend(member, (role) =>
        role.role === 'consumer' ? { ...role, stopped: change(role.stopped) } : role,
      );
    }
  };
  amend((stopped) => [...stopped, group]);
  try {
    for (const deadline = clock.now() + emptyLimitMs; clock.now() < deadline; await delay(clock, 300)) {
      await Promise.allSettled(
        members.map((member) => crew.tell(member, { do: 'stop-group', group }, 5_000)),
      );
      const described = await cluster.kafka.groupReader.describe(group).catch(() => undefined);
      if (described?.members.length === 0) break;
    }
    return await work();
  } finally {
    amend((stopped) => stopped.filter((one) => one !== group));
    await Promise.allSettled(
      members.map((member) => crew.tell(member, { do: 'start-group', group }, 30_000)),
    );
    faults.write({
      ...{ fault: 'group-stopped', target: group, from, healed: monotonicMs() },
      ...{ note: '', outcome: 'done', times: 0 },
    });
  }
};
