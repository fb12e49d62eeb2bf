import type { PostgresServer } from '@baton/dev-stack';
import { until } from '../../test-support/outbox-world';
import { describeWithServer, startServer } from '../../test-support/postgres-server';
import { connectPostgres } from './postgres-database';

jest.setTimeout(60_000);

let server: PostgresServer;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describeWithServer('an idle connection that the server ends', () => {
  it('is told in few words, without what the driver knows of it, and replaced', async () => {
    const told: object[] = [];
    const nothing = () => {};
    const logger = {
      debug: nothing,
      info: nothing,
      error: nothing,
      warn: (fields: object) => told.push(fields),
    };
    const database = await connectPostgres({ url: server.url, logger, maxConnections: 1 });
    const other = await connectPostgres({ url: server.url });
    const { rows } = await database.query('SELECT pg_backend_pid() AS pid');
    await other.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    await until(() => told.length > 0);
    const [{ err }] = told as [{ err: Error }];
    expect(err).toMatchObject({ code: 'database-unavailable' });
    expect(JSON.stringify(err).length).toBeLessThan(500);
    expect((await database.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await database.close();
    await other.close();
  });
});
