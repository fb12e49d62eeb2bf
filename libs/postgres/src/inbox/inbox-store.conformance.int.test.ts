import type { PostgresServer } from '@baton/dev-stack';
import { describeInboxStore } from '@baton/testing/conformance';
import { serverInboxWorld } from '../../test-support/inbox-conformance';
import { describeWithServer, startServer } from '../../test-support/postgres-server';

describeWithServer('on a server', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startServer();
  }, 60_000);
  afterAll(() => server.stop());

  describeInboxStore({
    name: 'PostgreSQL',
    features: new Set(['several', 'standing-still', 'death', 'restart']),
    limitMs: 30_000,
    open: () => serverInboxWorld(server.url),
  });
});
