import { BatonError } from '@baton/core';
import type { Database } from '../database/database';
import { createRangeLocks } from './range-locks';

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
      `The outbox of "${source}" has ${found} ranges; expected ${ranges}. Configure ${found}, or stop all instances once the outbox is empty and call \`splitOutbox\`.`,
    );
  }
};

export interface SplitOptions {
  readonly database: Pick<Database, 'transaction'>;
  readonly source: string;
  readonly ranges: number;
}

/**
 * Splits the keys of a source into another number of ranges; what was stamped and what retires stays known. No instance
 * of the source may run. Throws `invalid-configuration` while a relay runs, or an event is not sent yet.
 */
export const splitOutbox = ({ database, source, ranges }: SplitOptions): Promise<void> =>
  database.transaction(async (tx) => {
    await tx.query('LOCK TABLE baton.outbox_range IN SHARE ROW EXCLUSIVE MODE');
    const relays = await createRangeLocks(tx, source).relays();
    const { rows } = await tx.query(
      `SELECT count(*) AS n FROM baton.outbox WHERE source = $1 AND state IN ('open', 'parked')`,
      [source],
    );
    const unsent = Number(rows[0]?.n);
    if (relays + unsent > 0) throw inUse(source, relays, unsent);
    await tx.query(
      `INSERT INTO baton.outbox_range (source, range, newest_stamp, retired, retirements)
       SELECT source, n, max(newest_stamp), max(retired), max(retirements)
       FROM baton.outbox_range, generate_series(0, $2::int - 1) AS n WHERE source = $1 GROUP BY source, n
       ON CONFLICT (source, range) DO UPDATE SET newest_stamp = EXCLUDED.newest_stamp`,
      [source, ranges],
    );
    await tx.query('DELETE FROM baton.outbox_range WHERE source = $1 AND range >= $2::int', [source, ranges]);
  });

const inUse = (source: string, relays: number, unsent: number): BatonError =>
  new BatonError(
    'invalid-configuration',
    `Expected the outbox of "${source}" to be empty and unused, got ${unsent} events in it and ${relays} relays. Let everything be sent, and stop all instances.`,
  );
