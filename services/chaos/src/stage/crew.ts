import { spawn } from 'node:child_process';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, delay, settleWithin } from '@baton/messaging';
import type { Command } from '../workers/commands';
import type { Point } from '../workers/points';
import type { WorkerSettings } from '../workers/settings';
import { waitWithin } from './wait-within';
import { type StartWorkerDeps, startWorker, type WorkerProcess } from './worker-process';

/** A worker's settings without what changes with each incarnation. */
export type Role = WorkerSettings extends infer S
  ? S extends WorkerSettings
    ? Omit<S, 'incarnation' | 'history' | 'armed'>
    : never
  : never;

/** A worker that ended although nobody made it. */
export interface Surprise {
  readonly worker: string;
  readonly incarnation: number;
  readonly how: string;
}

/** The publishers and consumers of a part. Whoever ends is started again until `stopAll`. */
export interface Crew {
  readonly names: readonly string[];
  start(role: Role): void;
  /** Resolves once the present incarnation, or a later one, is ready. */
  ready(name: string, limitMs: number): Promise<void>;
  tell(name: string, command: Command, limitMs?: number): Promise<void>;
  /** Kills the present incarnation; the next one is armed with `armed`. */
  kill(name: string, armed?: string): Promise<void>;
  /** Expects that the present incarnation is killed within the limit; answers whether it was. */
  expectDeath(name: string, limitMs: number): Promise<'died' | 'alive'>;
  /** Stops the process for a while, as a machine that swaps does. */
  pause(name: string, ms: number): Promise<void>;
  /**
   * Lets the process stop itself where it comes by the point, and wakes it `ms` later; answers the point, or `anywhere`
   * if it did not come by in time.
   */
  pauseAt(name: string, stop: StopAt): Promise<string>;
  incarnation(name: string): number;
  /** Changes what later incarnations are told. */
  amend(name: string, change: (role: Role) => Role): void;
  readonly surprises: readonly Surprise[];
  /** Lets everybody finish; who does not is killed. */
  stopAll(): Promise<void>;
}

export interface StopAt {
  readonly point: Point;
  readonly ms: number;
}

export interface CrewDeps extends Omit<StartWorkerDeps, 'logFile'> {
  /** Histories and logs go here. */
  readonly folder: string;
  readonly clock: Clock;
}

interface Post {
  role: Role;
  incarnation: number;
  process: WorkerProcess;
  armed: string | undefined;
  expected: boolean;
}

const restartAfterMs = 300;
const stopLimitMs = 15_000;

/** Keeps the workers by name. */
export const createCrew = (deps: CrewDeps): Crew => {
  const { clock } = deps;
  const posts = new Map<string, Post>();
  const surprises: Surprise[] = [];
  let closed = false;

  const keep = (post: Post): void => {
    void post.process.ended.then(async ({ code, signal }) => {
      if (!post.expected && signal !== 'SIGKILL' && !closed) {
        const { incarnation, role } = post;
        surprises.push({ worker: role.instance, incarnation, how: signal ?? `exit code ${code}` });
      }
      await delay(clock, restartAfterMs);
      if (closed) return;
      relieve(post, deps);
      keep(post);
    });
  };

  const postOf = (name: string): Post => {
    const post = posts.get(name);
    if (post === undefined) throw new Error(`no worker ${name}`);
    return post;
  };

  return {
    get names() {
      return [...posts.keys()];
    },
    start: (role) => {
      const post: Post = {
        ...{ role, incarnation: 1, armed: undefined, expected: false },
        process: launch(role, 1, undefined, deps),
      };
      posts.set(role.instance, post);
      keep(post);
    },
    ready: (name, limitMs) => untilReady(() => (closed ? undefined : postOf(name).process), clock, limitMs),
    tell: (name, command, limitMs) => postOf(name).process.tell(command, limitMs),
    kill: (name, armed) => kill(postOf(name), armed),
    expectDeath: (name, limitMs) => deathOf(postOf(name).process, clock, limitMs),
    pause: (name, ms) => pause(postOf(name).process, clock, ms),
    pauseAt: (name, stop) => pauseAt(postOf(name), stop, deps),
    incarnation: (name) => postOf(name).incarnation,
    amend: (name, change) => {
      const post = postOf(name);
      post.role = change(post.role);
    },
    surprises,
    stopAll: async () => {
      closed = true;
      await Promise.all([...posts.values()].map(({ process }) => end(process, clock)));
    },
  };
};

const launch = (
  role: Role,
  incarnation: number,
  armed: string | undefined,
  { folder, programs, env }: CrewDeps,
): WorkerProcess =>
  startWorker(
    {
      ...role,
      incarnation,
      history: historyOf(folder, role.instance, incarnation),
      ...(armed === undefined ? {} : { armed }),
    },
    { programs, env, logFile: join(folder, `${role.instance}.log`) },
  );

/** Puts the next incarnation in the place of one that has ended. */
const relieve = (post: Post, deps: CrewDeps): void => {
  post.incarnation += 1;
  post.expected = false;
  post.process = launch(post.role, post.incarnation, post.armed, deps);
  post.armed = undefined;
};

const untilReady = async (
  present: () => WorkerProcess | undefined,
  clock: Clock,
  limitMs: number,
): Promise<void> => {
  const deadline = clock.now() + limitMs;
  for (let process = present(); process !== undefined && clock.now() < deadline; process = present()) {
    const first = await waitWithin(
      clock,
      deadline - clock.now(),
      Promise.race([process.ready.then(() => 'ready' as const), process.ended.then(() => 'ended' as const)]),
    );
    if (first === 'ready') return;
    if (first === 'ended') await delay(clock, 2 * restartAfterMs);
  }
};

const kill = async (post: Post, armed: string | undefined): Promise<void> => {
  post.expected = true;
  post.armed = armed;
  const { process } = post;
  process.signal('SIGKILL');
  await process.ended;
};

const deathOf = async (process: WorkerProcess, clock: Clock, limitMs: number): Promise<'died' | 'alive'> =>
  (await waitWithin(clock, limitMs, process.ended)) === 'late' ? 'alive' : 'died';

const pause = async (process: WorkerProcess, clock: Clock, ms: number): Promise<void> => {
  process.signal('SIGSTOP');
  insure(process.pid, ms);
  await delay(clock, ms);
  process.signal('SIGCONT');
};

const pointLimitMs = 12_000;
/** Who does not answer in time stands still there already, and is woken with the pause that follows. */
const disarmLimitMs = 2_000;

const pauseAt = async (post: Post, { point, ms }: StopAt, { clock, folder }: CrewDeps): Promise<string> => {
  const { process } = post;
  const history = historyOf(folder, post.role.instance, post.incarnation);
  const written = sizeOf(history);
  insure(process.pid, pointLimitMs + ms);
  await process.tell({ do: 'arm', point, how: 'stop' }).catch(() => {});
  const deadline = clock.now() + pointLimitMs;
  while (!tailOf(history, written).includes('"stopped-at"')) {
    if (clock.now() > deadline) {
      await process.tell({ do: 'disarm' }, disarmLimitMs).catch(() => {});
      return 'anywhere';
    }
    await delay(clock, 100);
  }
  await delay(clock, ms);
  process.signal('SIGCONT');
  return point;
};

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** What was written since the file was so long. */
const tailOf = (file: string, from: number): string => {
  if (sizeOf(file) <= from) return '';
  const descriptor = openSync(file, 'r');
  try {
    const tail = Buffer.alloc(Math.max(0, sizeOf(file) - from));
    readSync(descriptor, tail, 0, tail.length, from);
    return tail.toString();
  } finally {
    closeSync(descriptor);
  }
};

const historyOf = (folder: string, instance: string, incarnation: number): string =>
  join(folder, `${instance}-${incarnation}.jsonl`);

const end = async (process: WorkerProcess, clock: Clock): Promise<void> => {
  process.signal('SIGCONT');
  process.signal('SIGTERM');
  await settleWithin(clock, stopLimitMs, () => process.ended);
  process.signal('SIGKILL');
};

/** Should this run be killed meanwhile, the stopped process goes on all the same, sees that, and ends. */
const insure = (pid: number, ms: number): void => {
  spawn('sh', ['-c', 'sleep "$1"; kill -CONT "$2"', 'sh', String(ms / 1000 + 1), String(pid)], {
    detached: true,
    stdio: 'ignore',
  }).unref();
};
