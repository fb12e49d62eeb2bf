import type { Database } from './database';

/** Any number other than that of the migrations. */
const tablesLock = 4_266_002;

/**
 * Runs `CREATE … IF NOT EXISTS` statements of a service, one process at a time: side by side, they fail on PostgreSQL.
 */
export const createTables = (
  database: Pick<Database, 'transaction'>,
  statements: readonly string[],
): Promise<void> =>
  database.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [tablesLock]);
    for (const statement of statements) await tx.query(statement);
  });
