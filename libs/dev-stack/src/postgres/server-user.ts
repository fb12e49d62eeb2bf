import { readFile } from 'node:fs/promises';
import { BatonError } from '@baton/core';

/** Whom a server runs as; empty: the user of this process. */
export type ServerUser = { readonly uid: number; readonly gid: number } | Record<string, never>;

/** PostgreSQL refuses to run as root: then it runs as `postgres` or `nobody`, whichever there is. */
export const serverUser = async (
  uid: number | undefined,
  passwd = () => readFile('/etc/passwd', 'utf8'),
): Promise<ServerUser> => {
  if (uid !== 0) return {};
  const users = (await passwd()).split('\n').map((line) => line.split(':'));
  const found = ['postgres', 'nobody'].map((name) => users.find(([user]) => user === name)).find(Boolean);
  const [, , foundUid, foundGid] = found ?? [];
  if (foundUid !== undefined && foundGid !== undefined)
    return { uid: Number(foundUid), gid: Number(foundGid) };
  throw new BatonError(
    'stack-unavailable',
    'PostgreSQL does not run as root; expected a user "postgres" or "nobody" to run it as, found neither. Run this command as another user, or set DATABASE_URL.',
  );
};
