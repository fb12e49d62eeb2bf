import { type Clock, delay, systemClock } from '@baton/messaging';
import type { Queryable } from '../database/queryable';

export interface VersionInOutbox {
  readonly eventType: string;
  readonly version: number;
}

export interface RemainderOptions {
  readonly clock?: Clock;
  /** How long what is on its way may take before it counts. */
  readonly waitMs?: number;
}

const lookAgainMs = 50;

/**
 * How many events of all sources in this database are stamped with a version and do not get through: evidence for a
 * retirement. Under load some are always on their way, so those that were there are given some time.
 */
export const outboxRemainder =
  (database: Queryable, { clock = systemClock, waitMs = 2_000 }: RemainderOptions = {}) =>
  async ({ eventType, version }: VersionInOutbox): Promise<number> => {
    const end = clock.elapsed() + waitMs;
    const { rows } = await database.query(
      `SELECT seq::text FROM baton.outbox
       WHERE event_type = $1 AND state IN ('open', 'parked') AND $2::int = ANY (published)`,
      [eventType, version],
    );
    const there = rows.map(({ seq }) => String(seq));
    let left = there.length;
    while (left > 0 && clock.elapsed() < end) {
      await delay(clock, lookAgainMs);
      const { rows: again } = await database.query(
        `SELECT count(*) AS n FROM baton.outbox WHERE seq = ANY ($1::bigint[]) AND state IN ('open', 'parked')`,
        [there],
      );
      left = Number(again[0]?.n);
    }
    return left;
  };
