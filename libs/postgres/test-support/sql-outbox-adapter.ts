import { systemClock } from '@baton/messaging';
import {
  type EventToInsert,
  eventData,
  leaveOpen,
  type OutboxFeature,
  type OutboxSite,
  type PortAdapter,
} from '@baton/testing/conformance';
import type { Database } from '../src/database/database';
import type { Queryable } from '../src/database/queryable';
import { rangeOf } from '../src/outbox/key-range';
import { openOutbox } from '../src/outbox/outbox';
import { createRelayDatabase } from '../src/outbox/sql-relay-database';
import { Book } from './books';

const ranges = 2;

/** The outbox in SQL, under the promises that every database of an outbox keeps. */
export const sqlOutboxAdapter = (
  name: string,
  features: readonly OutboxFeature[],
  database: () => Database,
): PortAdapter<OutboxSite, OutboxFeature> => {
  let sites = 0;
  return {
    name,
    features: new Set(features),
    limitMs: 30_000,
    open: () => {
      sites += 1;
      return openSite(database(), `source-${sites}`);
    },
  };
};

const openSite = async (database: Database, source: string): Promise<OutboxSite> => {
  const connections: { close(): Promise<void> }[] = [];
  const relays = createRelayDatabase(database);
  let newId = '';
  const outbox = await openOutbox({ database, source, eventTypes: [Book], newId: () => newId, ranges });
  const insert =
    (events: readonly EventToInsert[]) =>
    async (tx: Queryable): Promise<void> => {
      for (const { id, key = 'k', version = 2, range = 0 } of events) {
        newId = id;
        await outbox.publish(tx, Book, { key: keyIn(range, key), data: eventData });
        const values = [version, source, id];
        await tx.query('UPDATE baton.outbox SET version = $1 WHERE source = $2 AND id = $3', values);
      }
    };
  return {
    source,
    eventType: Book.name,
    clock: systemClock,
    database: {
      ...relays,
      connect: async (of) => {
        const connection = await relays.connect(of);
        connections.push(connection);
        return connection;
      },
    },
    insert: (...events) => database.transaction(insert(events)),
    begin: (...events) => leaveOpen<Queryable>((work) => database.transaction(work), insert(events)),
    close: async () => {
      for (const connection of connections) await connection.close();
    },
  };
};

/** A key of this range that stands for the one that was asked for. */
const keyIn = (range: number, key: string, tries = 0): string =>
  rangeOf(`${key}${tries}`, ranges) === range ? `${key}${tries}` : keyIn(range, key, tries + 1);
