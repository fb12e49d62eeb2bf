import { systemClock } from '@baton/messaging';
import type { InboxClient, InboxWorld } from '@baton/testing/conformance';
import type { Database } from '../src/database/database';
import { connectPostgres } from '../src/database/postgres-database';
import { createSqlInboxStore } from '../src/inbox/sql-inbox-store';

/** Empties a database, and answers how a promise finds it. */
const emptied = async (database: Database): Promise<Pick<InboxWorld, 'clock' | 'effects'>> => {
  await database.query('DROP SCHEMA IF EXISTS baton CASCADE');
  await database.query('DROP TABLE IF EXISTS effect');
  await database.query('CREATE TABLE effect (what text, n serial)');
  return {
    clock: systemClock,
    effects: async () =>
      (await database.query('SELECT what FROM effect ORDER BY n')).rows.map(({ what }) => String(what)),
  };
};

const cannot = (): never => {
  throw new Error('Expected a promise to need nothing that the adapter cannot show.');
};

/** A world on an embedded database, with every client in this process. */
export const embeddedInboxWorld = async (database: Database): Promise<InboxWorld> => {
  const world = await emptied(database);
  const leaves: (() => void)[] = [];
  return {
    ...world,
    client: async (group) => {
      const store = createSqlInboxStore(database, group);
      leaves.push(await store.open());
      return { store, kill: cannot, loseCommit: cannot };
    },
    restart: cannot,
    close: async () => {
      for (const leave of leaves) leave();
    },
  };
};

/** A world on a server, with a pool of connections for each client. */
export const serverInboxWorld = async (url: string): Promise<InboxWorld> => {
  const database = await connectPostgres({ url });
  const world = await emptied(database);
  const clients: Database[] = [];
  const terminate = async (name: string): Promise<void> => {
    await database.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE $1',
      [name],
    );
  };
  const connect = async (group: string): Promise<InboxClient> => {
    const name = `client-${clients.length}`;
    const client = await connectPostgres({ url, name });
    clients.push(client);
    const store = createSqlInboxStore(client, group);
    await store.open();
    return { store, kill: () => terminate(name), loseCommit: cannot };
  };
  return {
    ...world,
    client: connect,
    restart: () => terminate('client-%'),
    close: async () => {
      await terminate('client-%');
      for (const client of [database, ...clients]) await client.close();
    },
  };
};
