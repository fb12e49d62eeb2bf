import type { Database } from '../src/database/database';
import { openEmbedded } from '../src/embedded/embedded-database';
import { OutboxWorld } from './outbox-world';
import { loadPglite } from './pglite';

/** An embedded database for the tests of one file, and in it a fresh world for each of them. */
export const useEmbeddedWorld = (): {
  readonly database: () => Database;
  readonly world: () => OutboxWorld;
} => {
  let database: Database | undefined;
  let world: OutboxWorld | undefined;
  const there = <T>(it: T | undefined): T => {
    if (it === undefined) throw new Error('Expected to be asked inside a test.');
    return it;
  };

  beforeAll(async () => {
    database = await openEmbedded({ pid: process.pid, load: loadPglite });
  }, 30_000);
  afterAll(() => database?.close());
  beforeEach(async () => {
    world = await new OutboxWorld(there(database)).open();
  });
  afterEach(() => world?.close());
  return { database: () => there(database), world: () => there(world) };
};

/** Each row of the outbox as far as relays change it, in the order of the inserts. */
export const stampsIn = async (database: Database) =>
  (await database.query('SELECT id, created_at::text AS at, state FROM baton.outbox ORDER BY seq')).rows;
