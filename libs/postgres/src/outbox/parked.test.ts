/** @jest-environment ./libs/postgres/jest-environment.js */
import { BatonError, topicOf, version } from '@baton/core';
import type { TransactionalProducer } from '@baton/messaging';
import { createJsonCodec } from '@baton/testing';
import { Book } from '../../test-support/books';
import { stampsIn, useEmbeddedWorld } from '../../test-support/embedded-world';
import { idOf, type OutboxWorld, quick, until } from '../../test-support/outbox-world';
import type { Database } from '../database/database';

jest.setTimeout(30_000);

let database: Database;
let world: OutboxWorld;
const embedded = useEmbeddedWorld();

beforeEach(() => {
  database = embedded.database();
  world = embedded.world();
});

const v2 = topicOf(Book.name, version(2));

const stamps = () => stampsIn(database);

describe('an event that cannot be sent as it is', () => {
  it('is parked with its problem, keeps its key waiting and no other', async () => {
    await world.relay();
    await world.book('bad', 1, '');
    await world.book('bad', 2);
    await world.book('good', 3);
    await until(async () => (await world.outbox.parked()).length === 1 && world.idsOn(2).length === 1);
    expect(world.idsOn(2)).toEqual(['e3']);
    expect(await world.outbox.parked()).toMatchObject([
      { id: 'e1', key: 'bad', waiting: 1, problem: { code: 'invalid-data', message: 'no title.' } },
    ]);
    expect(world.relays[0]?.relay.stats().parked).toBe(1);

    expect(await world.outbox.discard('e1')).toBe(true);
    await until(() => world.idsOn(2).length === 2);
    expect(world.idsOn(1)).toEqual(expect.arrayContaining(['e2', 'e3']));
  });

  it('is tried again in its place once it is mended', async () => {
    const codec = createJsonCodec();
    let broken = true;
    const encode: typeof codec.encode = (...args) => {
      if (broken) throw new Error('broken');
      return codec.encode(...args);
    };
    await world.relay({ codec: { ...codec, encode } });
    await world.book('k', 1);
    await world.book('k', 2);
    await until(async () => (await world.outbox.parked()).length === 1);
    broken = false;
    expect(await world.outbox.retry('e1')).toBe(true);
    await until(() => world.idsOn(2).length === 2);
    expect(world.idsOn(2)).toEqual(['e1', 'e2']);
  });

  it('is parked if it is too large', async () => {
    await world.relay({ limits: { ...quick, maxMessageBytes: 2_000 } });
    await world.book('k', 1, 'x'.repeat(3_000));
    await world.book('other', 2);
    await until(() => world.idsOn(2).length === 1);
    expect(await world.outbox.parked()).toMatchObject([{ id: 'e1', problem: { code: 'event-too-large' } }]);
  });
});

/** A relay whose broker finds events of the key `large` too large, until it is told otherwise. */
const startPicky = async () => {
  const client = world.broker.connect('picky');
  const broker = { picky: true };
  const createProducer: typeof client.createProducer = async (id) => {
    const producer = await client.createProducer(id);
    const send: typeof producer.send = async (records) => {
      if (broker.picky && records.some(({ key }) => key === 'large')) {
        throw new BatonError('event-too-large', 'too large for the broker');
      }
      await producer.send(records);
    };
    return { ...bound(producer), send };
  };
  await world.relay({ createProducer });
  return broker;
};

describe('an event that the broker finds too large', () => {
  it('is parked with its stamp, and comes before the later ones of its key when it is tried again', async () => {
    const broker = await startPicky();
    await database.transaction(async (tx) => {
      for (const [n, key] of ['other', 'large', 'large', 'other', 'next'].entries()) {
        await world.outbox.publish(tx, Book, { key, data: { n, title: 'A' } });
      }
    });
    await until(() => world.idsOn(2).length === 3);
    expect(new Set(world.idsOn(2))).toEqual(new Set(['e1', 'e4', 'e5']));
    const [parked] = (await stamps()).filter(({ id }) => id === 'e2');
    expect(parked).toMatchObject({ state: 'parked', at: expect.any(String) });
    await world.book('large', 9);
    broker.picky = false;
    await world.outbox.retry('e2');
    await until(() => world.idsOn(2).length === 6);
    expect(world.idsOn(2).filter((id) => ['e2', 'e3', 'e6'].includes(id))).toEqual(['e2', 'e3', 'e6']);
    const [sent] = world.visible(v2).filter((record) => idOf(record) === 'e2');
    expect(String(sent?.timestamp)).toBe(parked?.at);
  });

  it('is tried again under load too', async () => {
    const broker = await startPicky();
    await world.book('large', 1);
    await until(async () => (await world.outbox.parked()).length === 1);
    broker.picky = false;
    await world.outbox.retry('e1');
    await until(async () => {
      await world.book('other', 2);
      return world.idsOn(2).includes('e1');
    });
  });

  it('keeps no earlier one of its key from being sent', async () => {
    await world.book('k', 1);
    await world.book('k', 2);
    await database.query(
      `UPDATE baton.outbox SET created_at = 1, partition = 0, published = '{1,2}' WHERE id = 'e1'`,
    );
    await database.query(`UPDATE baton.outbox SET state = 'parked', problem = '{}' WHERE id = 'e2'`);
    expect(await world.outbox.parked()).toMatchObject([{ id: 'e2', waiting: 0 }]);
    await world.relay();
    await until(() => world.idsOn(2).length === 1);
    expect(world.idsOn(2)).toEqual(['e1']);
  });

  it('keeps a new one waiting that became visible late, although it was inserted early', async () => {
    const broker = await startPicky();
    await world.book('large', 1);
    await until(async () => (await world.outbox.parked()).length === 1);
    await database.query(`INSERT INTO baton.outbox (seq, id, source, event_type, version, key, range, data, bytes)
      OVERRIDING SYSTEM VALUE SELECT -1, 'late', source, event_type, version, key, range, data, bytes FROM baton.outbox`);
    expect(await world.outbox.parked()).toMatchObject([{ id: 'e1', waiting: 1 }]);
    broker.picky = false;
    await world.outbox.retry('e1');
    await until(() => world.idsOn(2).length === 2);
    expect(world.idsOn(2)).toEqual(['e1', 'late']);
  });
});

const bound = (producer: TransactionalProducer): TransactionalProducer => ({
  begin: () => producer.begin(),
  send: (records) => producer.send(records),
  commit: () => producer.commit(),
  abort: () => producer.abort(),
  close: () => producer.close(),
});
