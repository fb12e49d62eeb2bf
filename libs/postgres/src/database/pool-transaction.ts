import { BatonError } from '@baton/core';
import { asCommitError, asLost, rolledBack, unavailable } from './failures';
import { whileItLasts } from './lasting';
import type { Queryable, Row } from './queryable';

/** What is used of a client of `pg`. */
export interface PooledConnection {
  query(
    statement: string | { readonly text: string; readonly query_timeout: number },
    values?: unknown[],
  ): Promise<{ readonly rows: readonly Row[]; readonly command: string }>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
  /** Gives it back, or ends it if it is broken. */
  release(broken?: Error): void;
}

/** What is used of a pool of `pg`. */
export interface ConnectionPool {
  connect(): Promise<PooledConnection>;
}

/** Runs `work` in a transaction on a connection of its own, which goes back to the pool as soon as `work` has settled. */
export const inTransaction = async <T>(
  pool: ConnectionPool,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> => {
  const client = await pool.connect().catch((error: unknown) => {
    throw unavailable('A transaction', error);
  });
  let broken: Error | undefined;
  const noteBreak = (error: Error): void => {
    broken = error;
  };
  client.on('error', noteBreak);
  try {
    const query: Queryable['query'] = (sql, values) =>
      client.query(sql, values).catch((error: unknown) => {
        const lost = asLost(error);
        // the next connection may lead to a server that can do it
        if (lost instanceof BatonError) broken = lost;
        throw lost;
      });
    await query('BEGIN');
    const result = await whileItLasts({ query }, work);
    const { command } = await client.query('COMMIT').catch((error: unknown) => {
      throw asCommitError(error);
    });
    if (command !== 'COMMIT') throw rolledBack();
    return result;
  } catch (error) {
    broken ??= await rollBack(client);
    throw error;
  } finally {
    client.off('error', noteBreak);
    client.release(broken);
  }
};

/** A statement that still runs holds it up: then the connection is given up, and the server rolls back by itself. */
const soonRolledBack = { text: 'ROLLBACK', query_timeout: 1_000 };

/** Answers why the connection cannot be used any more, if it cannot. */
const rollBack = async (client: PooledConnection): Promise<Error | undefined> => {
  try {
    await client.query(soonRolledBack);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
};
