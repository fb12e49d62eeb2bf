import { createServer, type Server } from 'node:net';
import { connectPostgres } from './postgres-database';

/** An address at which nobody listens any more. */
const closedPort = async (): Promise<number> => {
  const server: Server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address !== null ? address.port : 0;
};

describe('a database server', () => {
  it('that does not answer is named without its password', async () => {
    const port = await closedPort();
    const connecting = connectPostgres({ url: `postgres://lending:canary@127.0.0.1:${port}/lending` });
    await expect(connecting).rejects.toMatchObject({
      code: 'database-unavailable',
      message: expect.stringContaining(`127.0.0.1:${port}/lending`),
    });
    await expect(connecting).rejects.not.toMatchObject({ message: expect.stringContaining('canary') });
  });
});
