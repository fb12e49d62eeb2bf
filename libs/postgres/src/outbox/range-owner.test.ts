/** @jest-environment ./libs/postgres/jest-environment.js */
import { publishedVersions } from '@baton/core';
import { systemClock } from '@baton/messaging';
import { Book } from '../../test-support/books';
import { stampsIn, useEmbeddedWorld } from '../../test-support/embedded-world';
import { type OutboxWorld, quick, until } from '../../test-support/outbox-world';
import type { Database } from '../database/database';
import { openOutbox } from './outbox';
import { createOutboxStore } from './outbox-store';
import { createRangeLocks } from './range-locks';
import { splitOutbox } from './ranges';
import type { OutboxRelay } from './relay';

jest.setTimeout(30_000);

let database: Database;
let world: OutboxWorld;
const embedded = useEmbeddedWorld();

beforeEach(() => {
  database = embedded.database();
  world = embedded.world();
});

const saysItWaits = (relay: OutboxRelay, because: RegExp) => async (): Promise<boolean> => {
  const health = relay.health();
  return health.kind === 'retrying' && because.test(health.because);
};

describe('a relay', () => {
  it('stamps nothing while its clock is far ahead of the database, and says so', async () => {
    const relay = await world.relay({ clock: { ...systemClock, now: () => Date.now() + 120_000 } });
    await world.book('k', 1);
    await until(saysItWaits(relay, /12\d{4} ms ahead/));
    expect(await stampsIn(database)).toEqual([{ id: 'e1', at: null, state: 'open' }]);
    const { rows } = await database.query('SELECT max(newest_stamp)::int AS newest FROM baton.outbox_range');
    expect(rows).toEqual([{ newest: 0 }]);
  });

  it('says that it waits for the clock of an owner before', async () => {
    await database.query('UPDATE baton.outbox_range SET newest_stamp = $1', [Date.now() + 1_500]);
    const relay = await world.relay();
    await until(saysItWaits(relay, /until the clock has passed/));
    await until(() => relay.health().kind === 'ready');
  });

  it('says that a version is refused which it does not know to retire', async () => {
    await database.query(`UPDATE baton.outbox_range SET retired = ARRAY['${Book.name} 1']`);
    const relay = await world.relay();
    await world.book('k', 1);
    await until(saysItWaits(relay, /lending\.BooksBorrowed 1, .* retires/));
    await database.query(`UPDATE baton.outbox_range SET retired = '{}'`);
    await until(() => world.idsOn(2).length === 1 && relay.health().kind === 'ready');
  });

  it('is woken by an insert, whatever the source is called', async () => {
    const source = 'our lending';
    let ids = 0;
    const newId = () => {
      ids += 1;
      return `e${ids}`;
    };
    const outbox = await openOutbox({ database, source, eventTypes: [Book], ranges: 2, newId });
    await world.relay({ source, limits: { ...quick, pollMs: 600_000 } });
    for (const sent of [1, 2, 3]) {
      await outbox.publish(database, Book, { key: 'k', data: { n: sent, title: 'A' } });
      await until(() => world.idsOn(2).length === sent);
    }
  });
});

describe('rows that a newer release has stored', () => {
  it('keep their keys waiting, and nothing else, however many come first', async () => {
    for (let n = 0; n < 6; n += 1) await world.book(`new-${n % 2}`, n);
    await database.query('UPDATE baton.outbox SET version = 3');
    await world.book('new-1', 6);
    await world.book('old', 7);
    await world.book('old', 8);
    await world.relay({ limits: { ...quick, maxBatchEvents: 2 } });
    await until(() => world.idsOn(2).length === 2);
    expect(world.idsOn(2)).toEqual(['e8', 'e9']);
    await database.query('UPDATE baton.outbox SET version = 2');
    await until(() => world.idsOn(2).length === 9);
    const of = (n: number) =>
      world.idsOn(2).filter((id) => Number(id.slice(1)) % 2 === n && id !== 'e8' && id !== 'e9');
    expect([of(0), of(1)]).toEqual([
      ['e2', 'e4', 'e6'],
      ['e1', 'e3', 'e5', 'e7'],
    ]);
  });
});

describe('the ranges of a source', () => {
  const ranges = async () =>
    (
      await database.query(
        'SELECT range, newest_stamp::text AS newest, retired FROM baton.outbox_range ORDER BY range',
      )
    ).rows;

  it.each([1, 3])('can be %s instead of two, and what was stamped and retires stays known', async (count) => {
    await database.query(`UPDATE baton.outbox_range SET newest_stamp = 5 + range, retired = ARRAY['t 1']`);
    await splitOutbox({ database, source: 'lending', ranges: count });
    expect(await ranges()).toEqual(
      Array.from({ length: count }, (_, range) => ({ range, newest: '6', retired: ['t 1'] })),
    );
  });

  it('stay as they are while an event is not sent, or a relay runs', async () => {
    const split = () => splitOutbox({ database, source: 'lending', ranges: 3 });
    await world.book('k', 1);
    await expect(split()).rejects.toMatchObject({ code: 'invalid-configuration' });
    await world.relay();
    await until(async () => (await world.outbox.lag()).open === 0);
    await expect(split()).rejects.toMatchObject({ code: 'invalid-configuration' });
    expect(await ranges()).toHaveLength(2);
  });
});

describe('the rows of a range', () => {
  it('are stamped once: an owner that comes too late is told', async () => {
    await world.book('k', 1);
    const store = createOutboxStore(database, 'lending');
    const { rows } = await database.query('SELECT seq::text, range FROM baton.outbox');
    const row = {
      seq: String(rows[0]?.seq),
      createdAt: Date.now(),
      partition: 0,
      published: publishedVersions([1]),
    };
    const stamp = () => store.stamp(Number(rows[0]?.range), [row], [`${Book.name} 1`]);
    expect(await stamp()).toBe('stamped');
    await expect(stamp()).rejects.toMatchObject({ code: 'lease-ended' });
  });
});

describe('the lock of a range', () => {
  it('is held by the connection that took it, and no other one', async () => {
    const locks = createRangeLocks(database, 'lending');
    await locks.present();
    expect(await locks.take(0)).toBe(true);
    await locks.assertHeld(0);
    await expect(locks.assertHeld(1)).rejects.toMatchObject({ code: 'lease-ended' });
    await locks.giveBack(0);
    await expect(locks.assertHeld(0)).rejects.toMatchObject({ code: 'lease-ended' });
  });

  it('is not held through a pooler that answers by another connection', async () => {
    const pooled = createRangeLocks(
      {
        query: async (sql, values) => {
          const answer = await database.query(sql, values);
          return sql.includes('pg_backend_pid() AS pid') ? { rows: [{ pid: -1 }] } : answer;
        },
      },
      'lending',
    );
    await pooled.present();
    await pooled.take(0);
    await expect(pooled.assertHeld(0)).rejects.toMatchObject({ code: 'lease-ended' });
  });
});
