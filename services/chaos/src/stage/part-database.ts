import { type Clock, delay } from '@baton/messaging';
import type { Database } from '@baton/postgres';
import type { EffectLine, OutboxLine, ShipmentLine } from '../audit/types';
import { partTables } from '../workers/part-tables';
import { type DatabaseSupport, withDatabase } from './database-server';

/** A database that one part has for itself. */
export interface PartDatabase {
  readonly url: string;
  /** The source of the events in its outbox. */
  readonly source: string;
  readonly killable: boolean;
  /** How many rows of the outbox are not sent; asks again while the database does not answer. */
  unsent(): Promise<number>;
  /** The process of some connection of a worker, if there is one. */
  somebody(draw: () => number): Promise<number | undefined>;
  contents(): Promise<PartRows>;
  drop(): Promise<void>;
}

/** What a database holds of a part. */
export interface PartRows {
  readonly shipments: readonly ShipmentLine[];
  readonly outbox: readonly OutboxLine[];
  readonly effects: readonly EffectLine[];
}

/** Makes the database of a part; without a server there is none. */
export const openPartDatabase = async (
  part: string,
  { support, clock }: { support: DatabaseSupport; clock: Clock },
): Promise<PartDatabase | undefined> => {
  if (!support.usable) return undefined;
  const { server } = support;
  const name = part.replace(/[^A-Za-z0-9]/g, '_');
  await withDatabase(server.url, (database) => database.query(`CREATE DATABASE "${name}"`));
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const ask = <T>(use: (database: Database) => Promise<T>): Promise<T> => patiently(url.href, use, clock);
  await ask(async (database) => {
    for (const statement of partTables) await database.query(statement);
  });
  return {
    url: url.href,
    source: `${part}.shipments`,
    killable: server.killable,
    unsent: () => ask(countUnsent),
    somebody: (draw) => ask((database) => somebodyOf(database, draw)),
    contents: () => ask(rowsOf),
    drop: () =>
      withDatabase(server.url, async (database) => {
        await database.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      }),
  };
};

const answersWithinMs = 30_000;

const patiently = async <T>(
  url: string,
  use: (database: Database) => Promise<T>,
  clock: Clock,
): Promise<T> => {
  for (const deadline = clock.now() + answersWithinMs; ; await delay(clock, 200)) {
    try {
      return await withDatabase(url, use);
    } catch (error) {
      if (clock.now() > deadline) throw error;
    }
  }
};

const countUnsent = async (database: Database): Promise<number> => {
  const { rows } = await database.query(`SELECT count(*) AS n FROM baton.outbox WHERE state <> 'sent'`);
  return Number(rows[0]?.n);
};

const somebodyOf = async (database: Database, draw: () => number): Promise<number | undefined> => {
  const { rows } = await database.query(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
     AND pid <> pg_backend_pid() ORDER BY pid`,
  );
  const chosen = rows[Math.floor(draw() * rows.length)];
  return chosen === undefined ? undefined : Number(chosen.pid);
};

const rowsOf = async (database: Database): Promise<PartRows> => {
  const shipments = await database.query('SELECT n, id, event_type, key, note FROM shipment ORDER BY n');
  const outbox = await database.query(
    `SELECT id, event_type, state, created_at, partition, array_to_string(published, ',') AS published
     FROM baton.outbox ORDER BY seq`,
  );
  const effects = await database.query(
    'SELECT n, consumer_group, id, event_type, key, version, note, worker FROM effect ORDER BY n',
  );
  return {
    shipments: shipments.rows.map(({ n, id, event_type, key, note }) => ({
      ...{
        n: Number(n),
        id: String(id),
        eventType: String(event_type),
        key: String(key),
        note: String(note),
      },
    })),
    outbox: outbox.rows.map(({ id, event_type, state, created_at, partition, published }) => ({
      ...{ id: String(id), eventType: String(event_type), state: String(state) },
      ...(created_at === null
        ? {}
        : {
            stamp: {
              createdAt: Number(created_at),
              partition: Number(partition),
              published: String(published),
            },
          }),
    })),
    effects: effects.rows.map(({ n, consumer_group, id, event_type, key, version, note, worker }) => ({
      ...{ n: Number(n), group: String(consumer_group), id: String(id), eventType: String(event_type) },
      ...{ key: String(key), version: Number(version), note: String(note), worker: String(worker) },
    })),
  };
};
