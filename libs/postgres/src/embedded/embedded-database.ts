import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { BatonError } from '@baton/core';
import type { Database, Session } from '../database/database';
import { rolledBack } from '../database/failures';
import { whileItLasts } from '../database/lasting';
import type { Queryable, Row } from '../database/queryable';
import { type ClaimDeps, claimFile } from './claim-file';

type Query = (sql: string, values?: unknown[]) => Promise<{ readonly rows: unknown[] }>;

/** What is used of PGlite. */
export interface Pglite {
  readonly query: Query;
  readonly closed: boolean;
  transaction<T>(work: (tx: { readonly query: Query }) => Promise<T>): Promise<T>;
  listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** The module of PGlite, as far as it is used. */
export interface PgliteModule {
  readonly PGlite: { create(options: { readonly dataDir?: string }): Promise<Pglite> };
}

export interface EmbeddedOptions extends ClaimDeps {
  /** The folder of the data, made if there is none; left out, the data lives in memory and is gone with the process. */
  readonly folder?: string;
  /** Loads PGlite; only tests need another way than the usual one. */
  readonly load?: () => Promise<PgliteModule>;
}

/**
 * Opens PGlite, a PostgreSQL inside this process. It serves one process with one relay and one member of a group;
 * throws `file-in-use` if another living process of this machine has the folder. Containers must not share it.
 */
export const openEmbedded = async ({
  folder,
  load = loadPglite,
  ...claim
}: EmbeddedOptions): Promise<Database> => {
  const release = folder === undefined ? () => {} : claimFolder(folder, claim);
  try {
    const { PGlite } = await load();
    return wrap(await PGlite.create(folder === undefined ? {} : { dataDir: folder }), release);
  } catch (error) {
    release();
    throw error;
  }
};

const loadPglite = (): Promise<PgliteModule> => import('@electric-sql/pglite');

const claimFolder = (folder: string, claim: ClaimDeps): (() => void) => {
  mkdirSync(dirname(folder), { recursive: true });
  return claimFile(folder, claim);
};

const wrap = (pglite: Pglite, release: () => void): Database => {
  let sessions = 0;
  let closing: Promise<void> | undefined;

  const { query } = queryable(pglite);

  const session = async (): Promise<Session> => {
    if (sessions > 0) throw secondRelay();
    sessions += 1;
    const opened = openSession(pglite, query);
    void opened.ended.then(() => {
      sessions -= 1;
    });
    return opened;
  };

  return {
    kind: 'embedded',
    query,
    session,
    transaction: (work) => inTransaction(pglite, work),
    close: () => {
      closing ??= pglite
        .close()
        .catch(() => {})
        .finally(release);
      return closing;
    },
  };
};

const inTransaction = <T>(pglite: Pglite, work: (tx: Queryable) => Promise<T>): Promise<T> =>
  pglite.transaction(async (tx) => {
    const result = await whileItLasts(queryable(tx), work);
    try {
      await tx.query('SELECT 1');
    } catch {
      throw rolledBack();
    }
    return result;
  });

const queryable = (target: { readonly query: Query }): Queryable => ({
  query: async (sql, values) => {
    const { rows } = await target.query(sql, values);
    return { rows: rows as Row[] };
  },
});

/** All sessions of PGlite are one; what they lock or listen to is given back when the last user closes it. */
const openSession = (pglite: Pglite, query: Queryable['query']): Session => {
  const unlisten: (() => Promise<void>)[] = [];
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    kind: 'embedded',
    query,
    ended,
    listen: async (channel, listener) => {
      unlisten.push(await pglite.listen(channel, listener));
    },
    close: async () => {
      try {
        for (const stop of unlisten.splice(0)) await stop();
        if (!pglite.closed) await query('SELECT pg_advisory_unlock_all()');
      } catch {
        // a database that is closed has forgotten them anyway
      } finally {
        end();
      }
    },
  };
};

const secondRelay = (): BatonError =>
  new BatonError(
    'invalid-configuration',
    'Expected one relay on an embedded database, got a second one. Close the first, or use a PostgreSQL server: set DATABASE_URL.',
  );
