import { spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { resolve } from 'node:path';
import { postgresAvailable } from './postgres-available';
import { startPostgres } from './start-postgres';

const root = resolve(__dirname, '../../../..');

/** Whether somebody listens at the address of a database. */
const listens = (url: string): Promise<boolean> =>
  new Promise((answer) => {
    const { hostname, port } = new URL(url);
    const socket = createConnection({ host: hostname, port: Number(port) });
    socket.once('connect', () => {
      socket.destroy();
      answer(true);
    });
    socket.once('error', () => answer(false));
  });

const until = async (fact: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> => {
  const end = Date.now() + limitMs;
  while (!(await fact())) {
    if (Date.now() > end) throw new Error(`Expected within ${limitMs} ms: ${fact.toString()}`);
    await new Promise((wait) => setTimeout(wait, 50));
  }
};

describe('a database that the environment names', () => {
  it('is the one that is taken', async () => {
    const server = await startPostgres({ env: { DATABASE_URL: 'postgres://elsewhere/db' }, root });
    expect(server).toMatchObject({ way: 'environment', url: 'postgres://elsewhere/db' });
  });
});

/** Skipped, by name, where no server can be had. */
const describeWithServer = postgresAvailable(root) ? describe : describe.skip;

describeWithServer('a database for tests and demonstrations', () => {
  it('listens until it is stopped', async () => {
    const { DATABASE_URL: _none, ...env } = process.env;
    const server = await startPostgres({ env, root });
    expect(await listens(server.url)).toBe(true);
    await server.stop();
    expect(await listens(server.url)).toBe(false);
  }, 60_000);

  it('is gone with the process that started it, even if that is killed', async () => {
    const { DATABASE_URL: _none, ...env } = process.env;
    const script = `require(${JSON.stringify(resolve(__dirname, '../../dist'))}).startPostgres({ env: process.env, root: ${JSON.stringify(root)} })
      .then(({ url }) => { console.log(url); setInterval(() => {}, 1000); })`;
    const child = spawn(process.execPath, ['-e', script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const url = await new Promise<string>((answer) => {
      child.stdout.on('data', (chunk: Buffer) => answer(chunk.toString().trim()));
    });
    expect(await listens(url)).toBe(true);
    child.kill('SIGKILL');
    await until(async () => !(await listens(url)));
  }, 60_000);
});
