import type { Queryable, Row } from '../database/queryable';
import { notificationChannel, waitsFor } from './outbox-store';

/** Why an event cannot be sent as it is. */
export interface Problem {
  readonly code: string;
  readonly message: string;
}

/** An event that was put aside. */
export interface ParkedEvent {
  readonly id: string;
  readonly eventType: string;
  readonly key: string;
  readonly problem: Problem;
  /** Milliseconds since 1970. */
  readonly parkedAt: number;
  /** How many later events of the same type and key wait behind it. */
  readonly waiting: number;
}

/** The parked events of a source, oldest first. */
export const listParked = async (database: Queryable, source: string): Promise<readonly ParkedEvent[]> => {
  const { rows } = await database.query(
    `SELECT p.id, p.event_type, p.key, p.problem::text AS problem, extract(epoch FROM p.settled_at) * 1000 AS parked_at,
       (SELECT count(*) FROM baton.outbox w WHERE w.source = p.source AND w.range = p.range AND w.state = 'open'
          AND w.event_type = p.event_type AND w.key = p.key AND ${waitsFor('w', 'p')}) AS waiting
     FROM baton.outbox p WHERE p.source = $1 AND p.state = 'parked' ORDER BY p.seq`,
    [source],
  );
  return rows.map(parkedOf);
};

const parkedOf = (row: Row): ParkedEvent => ({
  id: String(row.id),
  eventType: String(row.event_type),
  key: String(row.key),
  problem: JSON.parse(String(row.problem)) as Problem,
  parkedAt: Math.floor(Number(row.parked_at)),
  waiting: Number(row.waiting),
});

/** Opens a parked event again, in its old place before those that wait for it. */
export const retryParked = async (database: Queryable, source: string, id: string): Promise<boolean> => {
  const { rows } = await database.query(
    `WITH row AS (
       UPDATE baton.outbox SET state = 'open', settled_at = NULL, problem = NULL
       WHERE source = $1 AND id = $2 AND state = 'parked' RETURNING source, range)
     SELECT pg_notify('${notificationChannel}', source || ' ' || range) FROM row`,
    [source, id],
  );
  return rows.length > 0;
};

/** Deletes a parked event. */
export const discardParked = async (database: Queryable, source: string, id: string): Promise<boolean> => {
  const { rows } = await database.query(
    `WITH row AS (
       DELETE FROM baton.outbox WHERE source = $1 AND id = $2 AND state = 'parked' RETURNING source, range)
     SELECT pg_notify('${notificationChannel}', source || ' ' || range) FROM row`,
    [source, id],
  );
  return rows.length > 0;
};
