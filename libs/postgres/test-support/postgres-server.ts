import { resolve } from 'node:path';
import { type PostgresServer, startPostgres } from '@baton/dev-stack';

/** A PostgreSQL server of the test's own, gone when the test ends, however it does. */
export const startServer = (): Promise<PostgresServer> => {
  const { DATABASE_URL: _foreign, ...env } = process.env;
  return startPostgres({ env, root: resolve(__dirname, '../../..') });
};
