import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { until } from './outbox-world';

const children: ChildProcess[] = [];

/** Starts a script of this folder as a process of its own, with its orders as one JSON argument; it says when it is ready. */
export const startChild = async (script: string, orders: object): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [resolve(__dirname, script), JSON.stringify(orders)], {
    cwd: join(__dirname, '../../..'),
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  children.push(child);
  await new Promise<void>((resolveReady) => {
    child.stdout?.once('data', () => resolveReady());
    child.once('exit', () => resolveReady());
  });
  return child;
};

export const hasEnded = (child: ChildProcess): boolean =>
  child.exitCode !== null || child.signalCode !== null;

export const kill = async (child: ChildProcess): Promise<void> => {
  if (!hasEnded(child)) child.kill('SIGKILL');
  await until(() => hasEnded(child));
};

/** Ends every process that was started here. */
export const killAll = async (): Promise<void> => {
  for (const child of children.splice(0)) await kill(child);
};
