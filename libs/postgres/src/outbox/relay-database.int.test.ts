import type { PostgresServer } from '@baton/dev-stack';
import { describeRelayDatabase } from '@baton/testing/conformance';
import { describeWithServer, startServer } from '../../test-support/postgres-server';
import { sqlOutboxAdapter } from '../../test-support/sql-outbox-adapter';
import type { Database } from '../database/database';
import { connectPostgres } from '../database/postgres-database';

let server: PostgresServer;
let database: Database;

describeWithServer('a server', () => {
  beforeAll(async () => {
    server = await startServer();
    database = await connectPostgres({ url: server.url });
  }, 60_000);
  afterAll(async () => {
    await database?.close();
    await server?.stop();
  });

  const features = ['several-connections', 'standstill'] as const;
  describeRelayDatabase(sqlOutboxAdapter('PostgreSQL', features, () => database));
});
