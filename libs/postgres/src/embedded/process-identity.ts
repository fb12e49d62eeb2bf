import { readFileSync } from 'node:fs';

/** A process by number and, where the system tells, start time, so that a reused number is not taken for it. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly since?: string;
}

/** The identity of the process `pid`; `undefined` if none with that number runs. */
export type IdentifyProcess = (pid: number) => ProcessIdentity | undefined;

/** Asks the operating system: `/proc` on Linux, elsewhere only whether the number is in use. */
export const identifyProcess: IdentifyProcess = (pid) => {
  if (!isRunning(pid)) return undefined;
  const stat = readOrNothing(`/proc/${pid}/stat`);
  if (stat === undefined) return { pid };
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = rest[18];
  if (state === 'Z' || state === 'X' || ticks === undefined) return undefined;
  return { pid, since: `${readOrNothing('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}/${ticks}` };
};

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
};

const readOrNothing = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};
