import type { Queryable } from '../database/queryable';

export interface VersionInOutbox {
  readonly eventType: string;
  readonly version: number;
}

/** How many events of all sources in this database are stamped with a version and not sent: evidence for a retirement. */
export const outboxRemainder =
  (database: Queryable) =>
  async ({ eventType, version }: VersionInOutbox): Promise<number> => {
    const { rows } = await database.query(
      `SELECT count(*) AS n FROM baton.outbox
       WHERE event_type = $1 AND state IN ('open', 'parked') AND $2::int = ANY (published)`,
      [eventType, version],
    );
    return Number(rows[0]?.n);
  };
