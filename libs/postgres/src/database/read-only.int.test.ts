import type { PostgresServer } from '@baton/dev-stack';
import { until } from '../../test-support/outbox-world';
import { describeWithServer, startServer } from '../../test-support/postgres-server';
import type { Database, Session } from './database';
import { connectPostgres } from './postgres-database';

jest.setTimeout(60_000);

let server: PostgresServer;
let database: Database;
let session: Session;

beforeAll(async () => {
  server = await startServer();
  database = await connectPostgres({ url: server.url, maxConnections: 1 });
  session = await database.session();
});
afterAll(async () => {
  await session.close();
  await database.close();
  await server.stop();
});

const backend = async (): Promise<unknown> =>
  (await database.query('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;

const takesNoWrites = async (): Promise<boolean> =>
  (await session.query(`SELECT current_setting('default_transaction_read_only') AS now`)).rows[0]?.now ===
  'on';

describeWithServer('a server that takes no writes any more', () => {
  it('loses its connections, so that the next ones can lead to another', async () => {
    const before = await backend();
    await database.query('ALTER SYSTEM SET default_transaction_read_only = on');
    await database.query('SELECT pg_reload_conf()');
    await until(takesNoWrites);

    const write = database.transaction((tx) => tx.query('CREATE TABLE t (n int)'));
    await expect(write).rejects.toMatchObject({ code: 'database-unavailable' });
    expect(await backend()).not.toBe(before);

    await expect(session.query('CREATE TABLE t (n int)')).rejects.toMatchObject({ code: '25006' });
    await session.ended;
  });
});
