import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { waitFor } from './wait';

/** A process by number and start time, so that a reused number is never taken for it. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly since: string;
}

/** The identity of a running process, or undefined if there is none of that number. */
export const identify = async (pid: number): Promise<ProcessIdentity | undefined> => {
  const since =
    (await sinceFromProc(pid)) ?? (process.platform === 'linux' ? undefined : await sinceFromPs(pid));
  return since === undefined ? undefined : { pid, since };
};

/** Whether exactly this process still runs. */
export const isAlive = async (identity: ProcessIdentity): Promise<boolean> =>
  (await identify(identity.pid))?.since === identity.since;

/** Ends exactly this process and waits until it is gone; kills it if it is still there after `patienceMs`. */
export const endProcess = async (
  identity: ProcessIdentity,
  { signal = 'SIGTERM', patienceMs = 20_000 }: { signal?: 'SIGTERM' | 'SIGKILL'; patienceMs?: number } = {},
): Promise<void> => {
  if (!(await isAlive(identity))) return;
  send(identity.pid, signal);
  // one that is paused would heed it only once it is resumed
  send(identity.pid, 'SIGCONT');
  const gone = async () => !(await isAlive(identity));
  if (await waitFor(gone, { timeoutMs: patienceMs, everyMs: 50 })) return;
  send(identity.pid, 'SIGKILL');
  await waitFor(gone, { timeoutMs: 5_000, everyMs: 50 });
};

/** Stops exactly this process where it is, or lets it go on. Its connections stay open, and time passes without it. */
export const suspend = async (identity: ProcessIdentity, how: 'pause' | 'resume'): Promise<void> => {
  if (await isAlive(identity)) send(identity.pid, how === 'pause' ? 'SIGSTOP' : 'SIGCONT');
};

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone in the meantime, which is what was asked for.
  }
};

/** Linux: state and start time in ticks since boot (fields 3 and 22 of /proc/PID/stat), made unique by the boot id. */
const sinceFromProc = async (pid: number): Promise<string | undefined> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields[19];
  if (ticks === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'boot');
  return `${boot.trim()}/${ticks}`;
};

const sinceFromPs = async (pid: number): Promise<string | undefined> => {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.trim() === '' ? undefined : stdout.trim();
};
