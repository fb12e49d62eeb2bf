import { type Environment, startPostgres } from '@baton/dev-stack';
import { connectPostgres, type Database } from '@baton/postgres';

/** The PostgreSQL server of a run, or why there is none. */
export type DatabaseSupport =
  | { readonly usable: true; readonly server: DatabaseServer }
  | { readonly usable: false; readonly because: string };

export interface DatabaseServer {
  /** The address of a database of it. */
  readonly url: string;
  /** Whether its processes are of this machine, so that they can be killed. */
  readonly killable: boolean;
}

export interface OpenedServer {
  readonly support: DatabaseSupport;
  stop(): Promise<void>;
}

/** Starts a server of the run's own; one that runs already is left alone. */
export const startDatabaseServer = async (env: Environment, root: string): Promise<OpenedServer> => {
  const { DATABASE_URL: _foreign, ...own } = env;
  try {
    const { way, url, stop } = await startPostgres({ env: own, root });
    return { support: { usable: true, server: { url, killable: way !== 'docker' } }, stop };
  } catch (error) {
    return { support: { usable: false, because: firstLine(error) }, stop: async () => {} };
  }
};

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

/** Connects for as long as `use` takes. */
export const withDatabase = async <T>(url: string, use: (database: Database) => Promise<T>): Promise<T> => {
  const database = await connectPostgres({ url, name: 'chaos', maxConnections: 1 });
  try {
    return await use(database);
  } finally {
    await database.close();
  }
};
