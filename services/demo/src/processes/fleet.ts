import { join } from 'node:path';
import { BatonError } from '@baton/core';
import { type Clock, delay } from '@baton/messaging';
import { type Child, type ChildOptions, failed, startChild } from './child';

/** A service of the story, and what tells its instances apart from others. */
export interface Member {
  readonly name: string;
  readonly service: 'lending' | 'reminders' | 'statistics';
  readonly env: Readonly<Record<string, string>>;
}

/** The processes of the demonstration. */
export interface Fleet {
  /** Starts an instance and resolves once it says that it is ready. */
  start(member: Member): Promise<void>;
  /** Lets an instance finish. While it is not running it has no address. */
  stop(name: string): Promise<void>;
  /** Stops everything that still runs; never rejects. */
  stopAll(): Promise<void>;
  /** Where an instance answers; `undefined` while it is not ready. */
  addressOf(name: string): string | undefined;
  running(): readonly string[];
  /** Rejects if a process ends that nobody stopped. */
  readonly broken: Promise<never>;
}

export interface FleetDeps {
  /** Makes instance names the run's own: two demonstrations on one cluster would fence each other's producers. */
  readonly run: string;
  /** The folder of the project. */
  readonly root: string;
  readonly logFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly start?: (options: ChildOptions) => Child;
}

const readyLimitMs = 60_000;
const pollMs = 50;

/** Keeps the processes by instance name. */
export const createFleet = ({ run, root, logFolder, env, clock, start = startChild }: FleetDeps): Fleet => {
  const children = new Map<string, Child>();
  const addresses = new Map<string, string>();
  const stopping = new Set<Child>();
  let closed = false;
  let breakUp: (error: unknown) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    breakUp = reject;
  });
  broken.catch(() => undefined);

  const startMember = async ({ name, service, env: own }: Member): Promise<void> => {
    if (closed)
      throw new BatonError('demo-failed', `Expected no start of ${name} after everything was stopped.`);
    const child = start({
      name,
      script: join(root, 'services', service, 'dist', 'main.js'),
      cwd: root,
      env: { ...env, ...own, INSTANCE: `${name}-${run}`, PORT: '0' },
      logFile: join(logFolder, `${name}.log`),
    });
    children.set(name, child);
    void child.ended.then((words) => {
      if (!stopping.has(child)) breakUp(failed(name, `to run on, but it ended (${words})`, child.logFile));
    });
    const address = `http://127.0.0.1:${await child.port}`;
    await untilReady(child, address, clock);
    addresses.set(name, address);
  };

  const stop = async (name: string): Promise<void> => {
    const child = children.get(name);
    if (child === undefined) return;
    stopping.add(child);
    addresses.delete(name);
    await child.stop();
    children.delete(name);
  };

  return {
    start: startMember,
    stop,
    stopAll: async () => {
      closed = true;
      await Promise.allSettled([...children.keys()].map(stop));
    },
    addressOf: (name) => addresses.get(name),
    running: () => [...children.keys()],
    broken,
  };
};

const untilReady = async (child: Child, address: string, clock: Clock): Promise<void> => {
  const deadline = clock.now() + readyLimitMs;
  while (!(await answersReady(address))) {
    if (child.hasEnded())
      throw failed(child.name, `to get ready, but it ended (${await child.ended})`, child.logFile);
    if (clock.now() > deadline)
      throw failed(child.name, `to be ready within ${readyLimitMs} ms`, child.logFile);
    await delay(clock, pollMs);
  }
};

const answersReady = async (address: string): Promise<boolean> => {
  try {
    return (await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
};
