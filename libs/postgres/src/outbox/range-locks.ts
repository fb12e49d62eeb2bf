import { BatonError } from '@baton/core';
import type { Queryable } from '../database/queryable';
import { hashOf } from './key-range';

/** Beyond every range: the lock that all relays of a source share, so that they can be counted. */
const presenceKey = 1_000_000;

/** Who owns which range, as advisory locks of one connection: they end with it, however it ends. */
export interface RangeLocks {
  /** This relay counts from now on. */
  present(): Promise<void>;
  /** How many relays of the source are connected. */
  relays(): Promise<number>;
  /** How many ranges this relay is to own, for all relays that are connected now. */
  share(ranges: number): Promise<number>;
  /** Answers whether the range is owned now. */
  take(range: number): Promise<boolean>;
  giveBack(range: number): Promise<void>;
  /** Rejects with `lease-ended` unless the very connection that `present` was called through owns the range. */
  assertHeld(range: number): Promise<void>;
}

const lockOfSource = `locktype = 'advisory' AND granted AND objsubid = 2
  AND classid = $1::bigint::oid AND objid = $2::bigint::oid
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

const notHeld = (source: string, range: number): BatonError =>
  new BatonError(
    'lease-ended',
    `Expected the connection of this relay to hold range ${range} of the outbox of "${source}", but it does not. If a pooler in transaction mode is between, connect past it.`,
  );

export const createRangeLocks = (session: Queryable, source: string): RangeLocks => {
  const space = hashOf(`baton.outbox/${source}`);
  let backend: unknown;
  return {
    present: async () => {
      const { rows } = await session.query(
        'SELECT pg_backend_pid() AS pid, pg_advisory_lock_shared($1::int, $2::int)',
        [space, presenceKey],
      );
      backend = rows[0]?.pid;
    },
    relays: async () => {
      const { rows } = await session.query(`SELECT count(*) AS n FROM pg_locks WHERE ${lockOfSource}`, [
        space,
        presenceKey,
      ]);
      return Number(rows[0]?.n);
    },
    share: async (ranges) => {
      const { rows } = await session.query(
        `SELECT count(*) AS relays, count(*) FILTER (WHERE pid < pg_backend_pid()) AS before
         FROM pg_locks WHERE ${lockOfSource}`,
        [space, presenceKey],
      );
      const relays = Math.max(1, Number(rows[0]?.relays));
      return Math.floor(ranges / relays) + (Number(rows[0]?.before) < ranges % relays ? 1 : 0);
    },
    take: async (range) => {
      const { rows } = await session.query('SELECT pg_try_advisory_lock($1::int, $2::int) AS taken', [
        space,
        range,
      ]);
      return rows[0]?.taken === true;
    },
    giveBack: async (range) => {
      await session.query('SELECT pg_advisory_unlock($1::int, $2::int)', [space, range]);
    },
    assertHeld: async (range) => {
      const { rows } = await session.query(
        `SELECT 1 FROM pg_locks WHERE pid = pg_backend_pid() AND pid = $3 AND ${lockOfSource}`,
        [space, range, backend],
      );
      if (rows.length === 0) throw notHeld(source, range);
    },
  };
};
