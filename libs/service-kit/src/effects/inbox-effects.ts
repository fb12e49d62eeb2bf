import type { HandlerContext } from '@baton/messaging';
import { createTables, type Database, transactionOf } from '@baton/postgres';
import type { Effect, StoredEffect } from './effect-store';

/** Keeps effects in the transaction in which the inbox marks their event: both are there, or neither. */
export interface InboxEffects {
  append(effect: Effect, context: HandlerContext): Promise<void>;
}

export interface InboxEffectsDeps {
  readonly database: Database;
  readonly instance: string;
  readonly now: () => number;
}

const table = `CREATE TABLE IF NOT EXISTS effects (sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL, event_key text NOT NULL, version integer NOT NULL, instance text NOT NULL, at bigint NOT NULL)`;

/** Keeps effects in the table `effects`, append-only: an event that takes effect twice is there twice. */
export const createInboxEffects = async ({
  database,
  instance,
  now,
}: InboxEffectsDeps): Promise<InboxEffects> => {
  await createTables(database, [table]);
  return {
    append: async ({ id, key, version }, context) => {
      await transactionOf(context).query(
        'INSERT INTO effects (id, event_key, version, instance, at) VALUES ($1, $2, $3, $4, $5)',
        [id, key, version, instance, now()],
      );
    },
  };
};

/** Reads the effects of one instance in the order they were written. */
export const readInboxEffects = async (
  database: Pick<Database, 'query'>,
  instance: string,
): Promise<readonly StoredEffect[]> => {
  const { rows } = await database.query(
    'SELECT sequence::text, id, event_key, version, instance, at::text FROM effects WHERE instance = $1 ORDER BY sequence',
    [instance],
  );
  return rows.map((row) => ({
    sequence: Number(row.sequence),
    id: String(row.id),
    key: String(row.event_key),
    version: Number(row.version),
    instance: String(row.instance),
    at: Number(row.at),
  }));
};
