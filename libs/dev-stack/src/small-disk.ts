import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatonError } from '@baton/core';
import type { EngineState } from './engine';
import { brokerPart } from './nodes';
import { run } from './run';
import { waitFor } from './wait';
import type { Environment } from './ways';

/** Whether this machine lets us mount a disk of a size of our own. */
export type SmallDiskSupport =
  | { readonly usable: true }
  | { readonly usable: false; readonly because: string };

/** Tries it: mounts a file system in memory, and removes it again. */
export const smallDiskSupport = async (env: Environment = process.env): Promise<SmallDiskSupport> => {
  if (process.platform !== 'linux') return { usable: false, because: 'only Linux mounts disks in memory' };
  const folder = await mkdtemp(join(tmpdir(), 'baton-disk-'));
  try {
    await mountDisk(folder, 1, env);
    await unmountDisk(folder, env);
    return { usable: true };
  } catch (error) {
    return { usable: false, because: error instanceof Error ? error.message : String(error) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** The folder on which the small disk of a stack is mounted; undefined for a stack without. */
export const smallDiskOf = ({
  dataDir,
  brokerOptions,
}: Pick<EngineState, 'dataDir' | 'brokerOptions'>): string | undefined => {
  const disk = brokerOptions?.smallDisk;
  return disk === undefined ? undefined : join(dataDir, brokerPart(disk.node ?? 1), 'disk');
};

/** Mounts a file system of `sizeMb` in memory, unless one is mounted there. Its files go when it is unmounted. */
export const mountDisk = async (folder: string, sizeMb: number, env: Environment): Promise<void> => {
  await mkdir(folder, { recursive: true });
  if (await isMounted(folder)) return;
  await asRoot(['mount', '-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=700`, 'baton-small-disk', folder], env);
};

/** Unmounts what `mountDisk` mounted, as soon as a broker that has just ended lets go of it. Safe to call twice. */
export const unmountDisk = async (folder: string, env: Environment): Promise<void> => {
  const unmounted = async () => {
    await run('umount', [folder], { env, timeoutMs: 10_000 });
    return !(await isMounted(folder));
  };
  if ((await isMounted(folder)) && !(await waitFor(unmounted, { timeoutMs: 5_000 })))
    await asRoot(['umount', '--lazy', folder], env);
};

/** Fills the disk to its last byte, beside what lies on it. */
export const fillDisk = async (folder: string): Promise<void> => {
  const block = Buffer.alloc(256 * 1_024);
  const ballast = await open(ballastIn(folder), 'a');
  try {
    for (let size = block.length; size >= 1; ) {
      const written = await ballast.write(block, 0, size).then(
        ({ bytesWritten }) => bytesWritten,
        () => 0,
      );
      if (written < size) size = Math.floor(size / 2);
    }
  } finally {
    await ballast.close();
  }
};

/** Gives the room back that `fillDisk` took. */
export const freeDisk = (folder: string): Promise<void> => rm(ballastIn(folder), { force: true });

const ballastIn = (folder: string): string => join(folder, 'ballast');

const isMounted = async (folder: string): Promise<boolean> => {
  const mounts = await readFile('/proc/self/mounts', 'utf8').catch(() => '');
  const written = folder.replaceAll(' ', '\\040');
  return mounts.split('\n').some((line) => line.split(' ')[1] === written);
};

const asRoot = async ([command = '', ...args]: readonly string[], env: Environment): Promise<void> => {
  const { exitCode, output } = await run(command, args, { env, timeoutMs: 10_000 });
  if (exitCode === 0) return;
  throw new BatonError(
    'stack-unavailable',
    `Expected \`${command} ${args.join(' ')}\` to succeed, got ${exitCode}. Start as root, or without a small disk. It said: ${output.trim()}`,
  );
};
