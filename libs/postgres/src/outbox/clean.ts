import type { Queryable } from '../database/queryable';

export interface CleanOptions {
  readonly source: string;
  readonly keepMs: number;
  readonly limit: number;
}

/** Deletes rows that were sent longer than `keepMs` ago, at most `limit`; answers how many. */
export const cleanOutbox = async (
  database: Queryable,
  { source, keepMs, limit }: CleanOptions,
): Promise<number> => {
  const { rows } = await database.query(cleanSql, [source, keepMs, limit]);
  return Number(rows[0]?.n);
};

const cleanSql = `
WITH old AS (
  SELECT seq FROM baton.outbox WHERE source = $1 AND state = 'sent'
    AND settled_at < clock_timestamp() - $2::bigint * interval '1 millisecond'
  ORDER BY settled_at LIMIT $3::int),
gone AS (DELETE FROM baton.outbox o USING old WHERE o.seq = old.seq RETURNING 1)
SELECT count(*) AS n FROM gone`;
