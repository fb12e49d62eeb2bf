import { resolve } from 'node:path';
import { type PostgresServer, postgresAvailable, startPostgres } from '@baton/dev-stack';

const root = resolve(__dirname, '../../..');

/** Skips its tests, by name, where no server can be had. */
export const describeWithServer = postgresAvailable(root) ? describe : describe.skip;

/** A PostgreSQL server of the test's own, gone when the test ends, however it does. */
export const startServer = (): Promise<PostgresServer> => {
  const { DATABASE_URL: _foreign, ...env } = process.env;
  return startPostgres({ env, root });
};
