import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BatonError } from '@baton/core';
import { isFree } from '../ports';
import { type Reporter, silentReporter } from '../reporter';
import { run } from '../run';
import { waitFor } from '../wait';
import type { Environment } from '../ways';
import { findPostgres, type PostgresWay } from './find-postgres';
import { startContainer } from './postgres-container';
import { type ServerUser, serverUser } from './server-user';

export interface PostgresOptions {
  readonly env: Environment;
  /** The folder of the project: beside it, packages are looked for. */
  readonly root: string;
  readonly reporter?: Reporter;
}

/** A database for as long as this process lives, or one that somebody else runs. */
export interface PostgresServer {
  readonly way: PostgresWay['way'];
  readonly url: string;
  /** Stops it and removes its data, if it was started here. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Finds or starts a PostgreSQL server. One that is started here listens on the loopback interface only, has a password
 * of its own, never runs as root, and is gone with its data when it is stopped or this process ends.
 */
export const startPostgres = async ({
  env,
  root,
  reporter = silentReporter,
}: PostgresOptions): Promise<PostgresServer> => {
  const found = await findPostgres(env, root);
  switch (found.way) {
    case 'environment':
      return { way: 'environment', url: found.url, stop: async () => {} };
    case 'docker':
      reporter.phase('Starting PostgreSQL (docker)');
      return startContainer({ env, port: await freePort(), password: newPassword() });
    case 'installed':
    case 'package':
      reporter.phase(`Starting PostgreSQL (${found.way})`);
      return { way: found.way, ...(await startServer(found.folder, env)) };
  }
};

const newPassword = (): string => randomBytes(16).toString('hex');

const freePort = async (): Promise<number> => {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    if (await isFree(port)) return port;
  }
};

const startServer = async (bin: string, env: Environment): Promise<Omit<PostgresServer, 'way'>> => {
  const user = await serverUser(process.getuid?.());
  const folder = await mkdtemp(join(tmpdir(), 'baton-postgres-'));
  const password = newPassword();
  try {
    await initialize({ bin, env, user, folder, password });
    const port = await freePort();
    const guard = guardServer({ bin, user, folder, port });
    await untilReady(guard, folder);
    return { url: `postgres://baton:${password}@127.0.0.1:${port}/postgres`, stop: () => stopGuard(guard) };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
};

interface ServerPlace {
  readonly bin: string;
  readonly user: ServerUser;
  readonly folder: string;
}

const initialize = async ({
  bin,
  env,
  user,
  folder,
  password,
}: ServerPlace & { env: Environment; password: string }): Promise<void> => {
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if ('uid' in user) {
    await chown(passwordFile, user.uid, user.gid);
    await chown(folder, user.uid, user.gid);
  }
  const args = [
    '-D',
    join(folder, 'data'),
    '-U',
    'baton',
    '-A',
    'scram-sha-256',
    '--pwfile',
    passwordFile,
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ];
  const { exitCode, output } = await run(join(bin, 'initdb'), args, { env, cwd: folder, user });
  if (exitCode !== 0) throw failed('initdb', output);
  await rm(passwordFile);
};

const guardServer = ({ bin, user, folder, port }: ServerPlace & { port: number }): ChildProcess => {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    fsync: 'off',
    max_connections: 200,
  };
  const order = {
    command: join(bin, 'postgres'),
    args: [
      '-D',
      join(folder, 'data'),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    user,
    logFile: logOf(folder),
    removeWhenOver: folder,
  };
  const script = resolve(__dirname, '..', '..', 'bin', 'postgres-guard.js');
  const guard = spawn(process.execPath, [script, JSON.stringify(order)], {
    detached: true,
    cwd: folder,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  // the pipe that the guard watches must not keep this process alive either
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  return guard;
};

const logOf = (folder: string): string => join(folder, 'server.log');

const untilReady = async (guard: ChildProcess, folder: string): Promise<void> => {
  const log = () => readFile(logOf(folder), 'utf8').catch(() => '');
  const isReady = async (): Promise<boolean> => {
    if (guard.exitCode !== null) throw failed('postgres', await log());
    return (await log()).includes('ready to accept connections');
  };
  if (!(await waitFor(isReady, { timeoutMs: 60_000, everyMs: 50 }))) throw failed('postgres', await log());
};

const stopGuard = async (guard: ChildProcess): Promise<void> => {
  guard.stdin?.end();
  await waitFor(async () => guard.exitCode !== null || guard.signalCode !== null, {
    timeoutMs: 20_000,
    everyMs: 20,
  });
};

const failed = (program: string, output: string): BatonError =>
  new BatonError(
    'stack-unavailable',
    `Expected ${program} to start a database, but it did not. Mend what it says, or set DATABASE_URL. It said:\n${output.trim().split('\n').slice(-10).join('\n')}`,
  );
