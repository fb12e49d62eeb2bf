import { topicOf, version } from '@baton/core';
import type { PostgresServer } from '@baton/dev-stack';
import { Pool } from 'pg';
import { Book } from '../../test-support/books';
import { idOf, OutboxWorld, until } from '../../test-support/outbox-world';
import { describeWithServer, startServer } from '../../test-support/postgres-server';
import type { Database } from '../database/database';
import { migrate } from '../database/migrate';
import { connectPostgres } from '../database/postgres-database';
import { openOutbox } from './outbox';

jest.setTimeout(60_000);

let server: PostgresServer;
let database: Database;
let world: OutboxWorld;

beforeAll(async () => {
  server = await startServer();
  database = await connectPostgres({ url: server.url });
});
afterAll(async () => {
  await database.close();
  await server.stop();
});
beforeEach(async () => {
  world = await new OutboxWorld(database, 3, 4).open();
});
afterEach(() => world.close());

const v1 = topicOf(Book.name, version(1));
const v2 = topicOf(Book.name, version(2));

const ownedBy = (index: number): readonly number[] => world.relays[index]?.relay.stats().ranges ?? [];

const allOwned = (): readonly number[] => world.relays.flatMap(({ relay }) => relay.stats().ranges).sort();

/** The connections of relays: they hold a range, or count as present. */
const relayBackends = async (): Promise<readonly number[]> =>
  (
    await database.query(
      `SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 1000000 ORDER BY pid`,
    )
  ).rows.map((row) => Number(row.pid));

const perKey = (topic: string): ReadonlyMap<string, readonly number[]> => {
  const firsts = new Map<string, number[]>();
  const seen = new Set<string>();
  for (const record of world.visible(topic)) {
    if (seen.has(idOf(record))) continue;
    seen.add(idOf(record));
    const { n } = JSON.parse(String(record.value)) as { n: number };
    firsts.set(String(record.key), [...(firsts.get(String(record.key)) ?? []), n]);
  }
  return firsts;
};

const expectOrder = (): void => {
  for (const topic of [v1, v2]) {
    for (const order of perKey(topic).values()) expect(order).toEqual([...order].sort((a, b) => a - b));
  }
};

const settled = async (): Promise<boolean> => (await world.outbox.lag()).open === 0;

describeWithServer('several relays', () => {
  it('share the ranges, and share them anew when one comes or goes', async () => {
    await world.relay();
    await until(() => ownedBy(0).length === 4);
    const second = await world.relay();
    await until(() => ownedBy(0).length === 2 && ownedBy(1).length === 2);
    const third = await world.relay();
    await until(() => ownedBy(2).length > 0 && allOwned().length === 4);
    expect(allOwned()).toEqual([0, 1, 2, 3]);
    await third.close();
    await second.close();
    await until(() => ownedBy(0).length === 4);
  });

  it('send every event, in order, while ranges change hands', async () => {
    await world.relay({ limits: { maxBatchEvents: 5 } });
    const publishing = (async () => {
      for (let n = 0; n < 200; n += 1) await world.book(`key-${n % 9}`, n);
    })();
    await world.relay({ limits: { maxBatchEvents: 5 } });
    const third = await world.relay({ limits: { maxBatchEvents: 5 } });
    await until(() => ownedBy(2).length > 0);
    await third.close();
    await publishing;
    await until(settled);
    expect(new Set(world.idsOn(1)).size).toBe(200);
    expect(new Set(world.idsOn(2)).size).toBe(200);
    expectOrder();
    expect(world.idsOn(1).length).toBe(world.idsOn(2).length);
  });

  it('go on with what another has begun when its connection is cut', async () => {
    await world.relay({ limits: { maxBatchEvents: 5 } });
    await until(() => ownedBy(0).length === 4);
    const [first] = await relayBackends();
    await world.relay({ limits: { maxBatchEvents: 5 } });
    await until(() => ownedBy(1).length === 2);
    const publishing = (async () => {
      for (let n = 0; n < 150; n += 1) {
        await world.book(`key-${n % 9}`, n);
        if (n === 40 || n === 90) await database.query('SELECT pg_terminate_backend($1)', [first]);
      }
    })();
    await publishing;
    await until(settled);
    expect(new Set(world.idsOn(2)).size).toBe(150);
    expectOrder();
    await until(() => ownedBy(0).length === 2);
  });

  it('take over from one that stands still, which can do nothing any more when it wakes', async () => {
    const frozen = await world.relay({ limits: { maxBatchEvents: 5, standstillMs: 500 } });
    await until(() => ownedBy(0).length === 4);
    await world.book('k', 1);
    await until(() => world.idsOn(2).length === 1);
    const client = world.relays[0]?.client;
    client?.process.freeze();
    await world.book('k', 2);
    // a real process would stand still altogether; here only its way to the broker and its clock do
    const [backend] = await relayBackends();
    await database.query('SELECT pg_terminate_backend($1)', [backend]);
    await world.relay();
    await until(() => ownedBy(1).length === 4);
    await world.book('k', 3);
    await until(() => world.idsOn(2).includes('e3'));
    client?.process.thaw();
    await until(() => ownedBy(0).length === 2);
    await until(settled);
    expectOrder();
    expect(world.idsOn(2).at(-1)).toBe('e3');
    await frozen.close();
  });
});

describeWithServer('transactions that overlap', () => {
  it('are published in the order of their commits; one that commits late is not skipped', async () => {
    await world.relay();
    const pool = new Pool({ connectionString: server.url });
    const [early, late] = [await pool.connect(), await pool.connect()];
    await early.query('BEGIN');
    await world.outbox.publish(early, Book, { key: 'k', data: { n: 1, title: 'early id' } });
    await late.query('BEGIN');
    await world.outbox.publish(late, Book, { key: 'k', data: { n: 2, title: 'late id' } });
    await late.query('COMMIT');
    await until(() => world.idsOn(2).length === 1);
    await early.query('COMMIT');
    await until(() => world.idsOn(2).length === 2);
    expect(world.idsOn(2)).toEqual(['e2', 'e1']);
    early.release();
    late.release();
    await pool.end();
  });

  it('are told to the relay at once', async () => {
    await world.relay({ limits: { pollMs: 60_000 } });
    await until(() => ownedBy(0).length === 4);
    for (let n = 0; n < 8; n += 1) {
      await world.book(`key-${n}`, n);
      await until(() => world.idsOn(2).length === n + 1, 5_000);
    }
  });
});

describeWithServer('migrations', () => {
  it('run once, whoever runs them at the same time', async () => {
    await database.query('DROP SCHEMA baton CASCADE');
    const results = await Promise.all(Array.from({ length: 4 }, () => migrate(database)));
    expect(results.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
    expect((await migrate(database)).applied).toEqual([]);
  });

  it('are refused on a schema that a newer release has changed', async () => {
    await database.query(`INSERT INTO baton.migration (number, name) VALUES (99, 'of tomorrow')`);
    await expect(migrate(database)).rejects.toMatchObject({ code: 'invalid-configuration' });
    await database.query('DROP SCHEMA baton CASCADE');
  });

  it('keep the number of ranges', async () => {
    await migrate(database);
    const open = (ranges: number) =>
      openOutbox({ database, source: 'other', eventTypes: [Book], newId: () => 'x', ranges });
    await open(4);
    await open(4);
    await expect(open(8)).rejects.toMatchObject({ code: 'invalid-configuration' });
  });
});
