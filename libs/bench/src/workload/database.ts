import { connectPostgres, type Database } from '@baton/postgres';
import { Client } from 'pg';
import type { World } from '../row';
import { uniqueName } from '../unique-name';
import { needed } from './addresses';

/** A database of its own for one run: what an earlier run left behind slows nobody down. */
export const openDatabase = async ({
  env,
}: World): Promise<{ readonly url: string; readonly database: Database }> => {
  const server = needed(env, 'DATABASE_URL');
  const name = uniqueName('bench').replace('-', '_');
  const client = new Client({ connectionString: server });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, database: await connectPostgres({ url: url.href }) };
};
