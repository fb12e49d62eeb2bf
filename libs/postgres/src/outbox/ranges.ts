import { BatonError } from '@baton/core';
import type { Database } from '../database/database';

export const defaultRanges = 4;

/** Splits the keys of a source into ranges, at the first call; throws `invalid-configuration` if they are split otherwise. */
export const openRanges = async (
  database: Pick<Database, 'transaction'>,
  source: string,
  ranges: number,
): Promise<void> => {
  const found = await database.transaction(async (tx) => {
    await tx.query('LOCK TABLE baton.outbox_range IN SHARE ROW EXCLUSIVE MODE');
    await tx.query(
      `INSERT INTO baton.outbox_range (source, range)
       SELECT $1, n FROM generate_series(0, $2::int - 1) AS n
       WHERE NOT EXISTS (SELECT 1 FROM baton.outbox_range WHERE source = $1)`,
      [source, ranges],
    );
    const { rows } = await tx.query('SELECT count(*) AS n FROM baton.outbox_range WHERE source = $1', [
      source,
    ]);
    return Number(rows[0]?.n);
  });
  if (found !== ranges) {
    throw new BatonError(
      'invalid-configuration',
      `The outbox of "${source}" has ${found} ranges; expected ${ranges}. Configure ${found}, or empty the outbox and delete its rows in baton.outbox_range.`,
    );
  }
};
