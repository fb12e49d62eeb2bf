import type { Queryable } from '../database/queryable';

/** How far the relays are behind. */
export interface Lag {
  /** Events that are committed and not yet known to be sent. */
  readonly open: number;
  /** How long the oldest of them has waited, in milliseconds by the clock of the database; 0 if there is none. */
  readonly oldestMs: number;
  readonly parked: number;
}

/** Reads the lag of a source. */
export const readLag = async (database: Queryable, source: string): Promise<Lag> => {
  const { rows } = await database.query(
    `SELECT count(*) FILTER (WHERE state = 'open') AS open, count(*) FILTER (WHERE state = 'parked') AS parked,
       coalesce(extract(epoch FROM clock_timestamp() - min(inserted_at) FILTER (WHERE state = 'open')) * 1000, 0) AS oldest
     FROM baton.outbox WHERE source = $1 AND state IN ('open', 'parked')`,
    [source],
  );
  const [row] = rows;
  return {
    open: Number(row?.open ?? 0),
    oldestMs: Math.max(0, Math.round(Number(row?.oldest ?? 0))),
    parked: Number(row?.parked ?? 0),
  };
};
