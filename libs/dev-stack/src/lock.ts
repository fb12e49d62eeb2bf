import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BatonError } from '@baton/core';
import { identify, isAlive, type ProcessIdentity } from './process-identity';
import { waitFor } from './wait';

export interface LockOptions {
  readonly timeoutMs?: number;
  /** Called once if somebody else holds the lock. */
  readonly onWait?: () => void;
  readonly signal?: AbortSignal | undefined;
}

/** Runs `work` while holding a lock file. The lock of a process that no longer runs is taken over. */
export const withLock = async <T>(
  lockFile: string,
  work: () => Promise<T>,
  { timeoutMs = 600_000, onWait, signal }: LockOptions = {},
): Promise<T> => {
  await mkdir(dirname(lockFile), { recursive: true });
  let waited = false;
  const acquired = await waitFor(
    async () => {
      if (await acquire(lockFile)) return true;
      if (!waited) onWait?.();
      waited = true;
      return false;
    },
    { timeoutMs, everyMs: 100, signal },
  );
  if (!acquired)
    throw new BatonError(
      'stack-unavailable',
      `Another process has held ${lockFile} for ${timeoutMs} ms. Wait for it, or remove the file if nothing is starting.`,
    );
  try {
    return await work();
  } finally {
    await rm(lockFile, { force: true });
  }
};

/** The draft is linked into place whole, so a lock file never exists without its holder's name in it. */
const acquire = async (lockFile: string): Promise<boolean> => {
  const draft = `${lockFile}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(await identify(process.pid)));
  try {
    await link(draft, lockFile);
    return true;
  } catch {
    await removeStale(lockFile);
    return false;
  } finally {
    await rm(draft, { force: true });
  }
};

/** Moves a dead holder's lock away. If another process was quicker and we moved a living one, it is put back. */
const removeStale = async (lockFile: string): Promise<void> => {
  const before = await readFile(lockFile, 'utf8').catch(() => undefined);
  if (before === undefined || (await isAlive(holderOf(before)))) return;
  const aside = `${lockFile}.${randomUUID()}`;
  await rename(lockFile, aside).catch(() => undefined);
  const moved = await readFile(aside, 'utf8').catch(() => before);
  if (moved !== before) await link(aside, lockFile).catch(() => undefined);
  await rm(aside, { force: true });
};

const holderOf = (text: string): ProcessIdentity => {
  try {
    return JSON.parse(text) as ProcessIdentity;
  } catch {
    return { pid: 0, since: '' };
  }
};
