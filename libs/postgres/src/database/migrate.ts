import { BatonError } from '@baton/core';
import type { Database } from './database';
import { migrations as all, type Migration } from './migrations';
import type { Queryable } from './queryable';

/** What migrating did. */
export interface MigrationResult {
  /** The number of the newest step that the schema has now. */
  readonly at: number;
  /** The steps that this call carried out. */
  readonly applied: readonly Migration[];
}

/** Any number; the same for everybody who migrates. */
const migrationLock = 4_266_001;

/**
 * Brings the schema `baton` up to date. Any number of processes may call it at once, and again: each step is carried
 * out once. Throws `invalid-configuration` if a newer release has changed the schema already.
 */
export const migrate = (
  database: Pick<Database, 'transaction'>,
  migrations: readonly Migration[] = all,
): Promise<MigrationResult> =>
  database.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
    await createSchema(tx);
    await tx.query(
      `CREATE TABLE IF NOT EXISTS baton.migration (
        number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    const newest = migrations.at(-1)?.number ?? 0;
    const at = await newestApplied(tx);
    if (at > newest) throw newerSchema(at, newest);
    const applied = migrations.filter(({ number }) => number > at);
    for (const { number, name, statements } of applied) {
      for (const statement of statements) await tx.query(statement);
      await tx.query('INSERT INTO baton.migration (number, name) VALUES ($1, $2)', [number, name]);
    }
    return { at: newest, applied };
  });

/** `IF NOT EXISTS` looks into a cache that may not know yet what another process has just committed. */
const createSchema = async (tx: Queryable): Promise<void> => {
  const { rows } = await tx.query(`SELECT 1 FROM pg_namespace WHERE nspname = 'baton'`);
  if (rows.length === 0) await tx.query('CREATE SCHEMA baton');
};

const newestApplied = async (tx: Queryable): Promise<number> => {
  const { rows } = await tx.query('SELECT coalesce(max(number), 0) AS number FROM baton.migration');
  return Number(rows[0]?.number);
};

const newerSchema = (at: number, newest: number): BatonError =>
  new BatonError(
    'invalid-configuration',
    `Expected the schema "baton" at step ${newest} or before, got step ${at}: a newer release has changed it. Run that release.`,
  );
