import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { BatonError } from '@baton/core';
import { type IdentifyProcess, identifyProcess, type ProcessIdentity } from './process-identity';

export interface ClaimDeps {
  readonly pid: number;
  readonly identify?: IdentifyProcess;
}

/**
 * Makes this process the only user of a database file, by a file `<file>.owner` that names it. The claim of a process
 * that no longer runs is taken over, together with the lock it left; throws `file-in-use` if its owner lives. Returns
 * how to give the file back. Owners on other machines, or in other containers, are not seen: they count as ended.
 */
export const claimFile = (file: string, { pid, identify = identifyProcess }: ClaimDeps): (() => void) => {
  const owner = `${file}.owner`;
  const self = JSON.stringify(identify(pid) ?? { pid });
  if (!placeWhole(owner, self)) {
    takeOver(owner, { file, identify });
    if (!placeWhole(owner, self)) throw inUse(file, readOrNothing(owner));
  }
  removeLockLeftBehind(file);
  return () => rmSync(owner, { force: true });
};

/** Links a finished draft into place, so that the file never exists without its owner's name in it. */
const placeWhole = (owner: string, content: string): boolean => {
  const draft = `${owner}.${randomUUID()}`;
  writeFileSync(draft, content);
  try {
    linkSync(draft, owner);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
};

interface TakeOverDeps {
  readonly file: string;
  readonly identify: IdentifyProcess;
}

/** Moves a dead owner's claim away. If another process was quicker and its claim was moved, it is put back. */
const takeOver = (owner: string, { file, identify }: TakeOverDeps): void => {
  const before = readOrNothing(owner);
  if (before === undefined) return;
  if (isAlive(before, identify)) throw inUse(file, before);
  const aside = `${owner}.${randomUUID()}`;
  try {
    renameSync(owner, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  const moved = readOrNothing(aside);
  if (moved !== undefined && moved !== before) placeWhole(owner, moved);
  rmSync(aside, { force: true });
};

/** The database library locks by a directory, which stays behind when its process is killed. */
const removeLockLeftBehind = (file: string): void => {
  try {
    rmdirSync(`${file}.lock`);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
};

const isAlive = (content: string, identify: IdentifyProcess): boolean => {
  const owner = ownerOf(content);
  const now = owner === undefined ? undefined : identify(owner.pid);
  return now !== undefined && now.since === owner?.since;
};

const ownerOf = (content: string): ProcessIdentity | undefined => {
  try {
    const { pid, since } = JSON.parse(content) as Partial<ProcessIdentity>;
    if (typeof pid !== 'number') return undefined;
    return since === undefined ? { pid } : { pid, since };
  } catch {
    return undefined;
  }
};

const inUse = (file: string, owner: string | undefined): BatonError =>
  new BatonError(
    'file-in-use',
    `Expected ${file} for this process alone, but process ${ownerOf(owner ?? '')?.pid ?? '(unknown)'} uses it. Give every instance a file of its own, or stop that process first.`,
    { details: { file } },
  );

const readOrNothing = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
};

const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;
