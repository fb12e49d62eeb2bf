/** @jest-environment ./libs/postgres/jest-environment.js */
import { headerNames, topicOf, version } from '@baton/core';
import type { Tracing } from '@baton/messaging';
import { Book } from '../../test-support/books';
import { useEmbeddedWorld } from '../../test-support/embedded-world';
import { idOf, type OutboxWorld, until } from '../../test-support/outbox-world';
import type { Database } from '../database/database';
import { fromQueryFunction } from '../database/queryable';
import { openOutbox } from './outbox';

jest.setTimeout(30_000);

let database: Database;
let world: OutboxWorld;
const embedded = useEmbeddedWorld();

beforeEach(() => {
  database = embedded.database();
  world = embedded.world();
});

/** Names each span after what it goes on with. */
const recordedTracing = () => {
  const told: string[] = [];
  const tracing: Tracing = {
    sending: (step, { traceparent }) => {
      const own = `${step} after ${traceparent}`;
      told.push(own);
      return {
        traceparent: own,
        done: () => void told.push(`${own} is done`),
        failed: () => void told.push(`${own} failed`),
      };
    },
    processing: (_twin, _attempt, work) => work(),
    skipped: () => {},
  };
  return { tracing, told };
};

const v1 = topicOf(Book.name, version(1));
const v2 = topicOf(Book.name, version(2));

describe('an event in the outbox', () => {
  it('is published in all its versions once its transaction has committed', async () => {
    await world.relay();
    const { id } = await world.book('loan-1', 7);
    await until(() => world.idsOn(2).length === 1);
    const [first] = world.visible(v1);
    const [second] = world.visible(v2);
    expect(first && idOf(first)).toBe(id);
    expect(second && idOf(second)).toBe(id);
    expect(String(second?.headers[headerNames.publishedVersions])).toBe('1,2');
    expect(first?.timestamp).toBe(second?.timestamp);
    expect(JSON.parse(String(first?.value))).toEqual({ n: 7, note: 'Momo' });
    expect(JSON.parse(String(second?.value))).toEqual({ n: 7, title: 'Momo' });
  });

  it('is never published if its transaction rolls back', async () => {
    await world.relay();
    const work = database.transaction(async (tx) => {
      await world.outbox.publish(tx, Book, { key: 'k', data: { n: 1, title: 'A' } });
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    const { id } = await world.book('k', 2);
    await until(() => world.idsOn(2).length > 0);
    expect(world.idsOn(2)).toEqual([id]);
  });

  it('goes through any function that runs a statement', async () => {
    await world.relay();
    const tx = fromQueryFunction(async (sql, values) => (await database.query(sql, [...values])).rows);
    await world.outbox.publish(tx, Book, { key: 'k', data: { n: 1, title: 'A' } });
    await until(() => world.idsOn(1).length === 1);
  });

  it('passes its trace on', async () => {
    await world.relay();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await world.outbox.publish(database, Book, { key: 'k', data: { n: 1, title: 'A' }, traceparent });
    await until(() => world.idsOn(1).length === 1);
    expect(String(world.visible(v1)[0]?.headers[headerNames.traceparent])).toBe(traceparent);
  });

  it('goes on with the span of its insert, in every attempt to send it and on all twins', async () => {
    const { tracing, told } = recordedTracing();
    const outbox = await openOutbox({
      database,
      source: 'lending',
      eventTypes: [Book],
      ranges: 2,
      newId: () => 'traced',
      tracing,
    });
    await outbox.publish(database, Book, { key: 'k', data: { n: 1, title: 'A' }, traceparent: 'caller' });
    world.broker.network.fail({ operation: 'commit', how: 'lost-response', times: 2 });
    await world.relay({ tracing });
    await until(() => world.idsOn(2).length > 0 && told.length === 4);
    const headers = [v1, v2].flatMap((topic) => world.visible(topic).map((record) => record.headers));
    expect(new Set(headers.map((each) => String(each[headerNames.traceparent])))).toEqual(
      new Set(['create after caller']),
    );
    expect(told).toEqual([
      'create after caller',
      'create after caller is done',
      'send after create after caller',
      'send after create after caller is done',
    ]);
  });

  it('is no part of any trace if its insert was none', async () => {
    const { tracing, told } = recordedTracing();
    await world.relay({ tracing });
    await world.book('k', 1);
    await until(() => world.idsOn(2).length === 1);
    expect(told).toEqual([]);
    expect(world.visible(v1)[0]?.headers).not.toHaveProperty(headerNames.traceparent);
  });

  it.each([
    ['data that does not fit', { key: 'k', data: { n: 'one', title: 'A' } }, 'invalid-data'],
    ['a key that is no text', { key: '', data: { n: 1, title: 'A' } }, 'invalid-key'],
  ])('is refused before anything is written if it has %s', async (_what, event, code) => {
    const publish = world.outbox.publish(database, Book, event as never);
    await expect(publish).rejects.toMatchObject({ code });
    expect(await world.outbox.lag()).toEqual({ open: 0, oldestMs: 0, parked: 0 });
  });
});

describe('order', () => {
  it('is that of the calls within a key, in every version', async () => {
    for (let n = 0; n < 40; n += 1) await world.book(`key-${n % 3}`, n);
    await world.relay({ limits: { maxBatchEvents: 7 } });
    await until(() => world.idsOn(2).length === 40);
    for (const topic of [v1, v2]) {
      for (const log of world.broker.logs(topic)) {
        const perKey = new Map<string, number[]>();
        for (const { key, value } of log.committed()) {
          const { n } = JSON.parse(String(value)) as { n: number };
          perKey.set(String(key), [...(perKey.get(String(key)) ?? []), n]);
        }
        for (const order of perKey.values()) expect(order).toEqual([...order].sort((a, b) => a - b));
      }
    }
  });

  it('does not skip a row that becomes visible late, although it was inserted early', async () => {
    await world.relay();
    await world.book('k', 1);
    await until(() => world.idsOn(2).length === 1);
    await database.query(`INSERT INTO baton.outbox (seq, id, source, event_type, version, key, range, data, bytes)
      OVERRIDING SYSTEM VALUE SELECT -1, 'late', source, event_type, version, key, range, data, bytes FROM baton.outbox`);
    await until(() => world.idsOn(2).length === 2);
    expect(world.idsOn(2)).toEqual(['e1', 'late']);
  });
});
