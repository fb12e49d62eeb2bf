import { randomUUID } from 'node:crypto';
import { BatonError } from '@baton/core';
import { run } from '../run';
import { waitFor } from '../wait';
import type { Environment } from '../ways';
import type { PostgresServer } from './start-postgres';

const image = 'postgres:17-alpine';

export interface ContainerOptions {
  readonly env: Environment;
  readonly port: number;
  readonly password: string;
}

/** Runs a database as a container that is removed when it stops. */
export const startContainer = async ({ env, port, password }: ContainerOptions): Promise<PostgresServer> => {
  const name = `baton-postgres-${randomUUID()}`;
  const docker = (...args: readonly string[]) => run('docker', args, { env });
  const started = await docker(
    ...['run', '--detach', '--rm', '--name', name, '--publish', `127.0.0.1:${port}:5432`],
    ...['--env', 'POSTGRES_USER=baton', '--env', `POSTGRES_PASSWORD=${password}`, image],
  );
  const stop = async (): Promise<void> => {
    await docker('rm', '--force', '--volumes', name);
  };
  // the server that fills the image in listens on a socket only
  const answers = async () =>
    (await docker('exec', name, 'pg_isready', '-h', '127.0.0.1', '-U', 'baton')).exitCode === 0;
  if (started.exitCode === 0 && (await waitFor(answers, { timeoutMs: 60_000, everyMs: 250 }))) {
    return { way: 'docker', url: `postgres://baton:${password}@127.0.0.1:${port}/baton`, stop };
  }
  await stop();
  throw new BatonError(
    'stack-unavailable',
    `Expected Docker to run ${image}, but it did not. Mend what it says, or set DATABASE_URL. It said:\n${started.output.trim()}`,
  );
};
