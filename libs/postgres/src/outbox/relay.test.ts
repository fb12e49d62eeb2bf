/** @jest-environment ./libs/postgres/jest-environment.js */
import { headerNames, topicOf, version } from '@baton/core';
import type { PublicationPolicy, VersionStanding } from '@baton/messaging';
import { systemClock } from '@baton/messaging';
import { Book, Return } from '../../test-support/books';
import { stampsIn, useEmbeddedWorld } from '../../test-support/embedded-world';
import { type OutboxWorld, quick, until } from '../../test-support/outbox-world';
import type { Database } from '../database/database';
import { outboxRemainder } from './outbox-remainder';
import { createOutboxStore } from './outbox-store';

jest.setTimeout(30_000);

let database: Database;
let world: OutboxWorld;
const embedded = useEmbeddedWorld();

beforeEach(() => {
  database = embedded.database();
  world = embedded.world();
});

const v1 = topicOf(Book.name, version(1));
const v2 = topicOf(Book.name, version(2));
const returned = topicOf(Return.name, version(1));

const stamps = () => stampsIn(database);

/** A policy that tests change while relays follow it. */
const changingPolicy = () => {
  const standings = new Map<string, VersionStanding>();
  const listeners = new Set<() => void>();
  const acknowledged: string[] = [];
  const policy: PublicationPolicy = {
    catchUp: async () => {},
    standing: (eventType, v) => standings.get(`${eventType} ${v}`) ?? { kind: 'live' },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    acknowledgeRetired: async (eventType, v) => void acknowledged.push(`${eventType} ${v}`),
    close: async () => {},
  };
  const set = (v: number, standing: VersionStanding) => {
    standings.set(`${Book.name} ${v}`, standing);
    for (const listener of listeners) listener();
  };
  return { policy, set, acknowledged };
};

describe('the stamp', () => {
  it('is in the database before the first attempt, and every later attempt repeats it', async () => {
    world.broker.network.fail({ operation: 'commit', how: 'lost-response', times: 1 });
    await world.relay();
    await world.book('k', 1);
    await until(() => world.idsOn(2).length === 2);
    const [first, again] = world.visible(v2);
    expect(again).toEqual({ ...first, offset: again?.offset, transactionOf: again?.transactionOf });
    expect(first?.timestamp).toBe(Number((await stamps())[0]?.at));
  });

  it('is kept by the next owner, together with the versions, whatever is published by then', async () => {
    world.broker.network.fail({ operation: 'commit', how: 'lost-response', times: 1_000 });
    const relay = await world.relay();
    await world.book('k', 1);
    await until(() => world.idsOn(2).length > 0);
    await relay.close();
    world.broker.network.heal();
    const [row] = await stamps();
    expect(row?.state).toBe('open');

    await world.relay({ publishes: [{ eventType: Book, versions: [2] }] });
    await until(async () => (await stamps())[0]?.state === 'sent');
    for (const topic of [v1, v2]) {
      const records = world.visible(topic);
      expect(new Set(records.map(({ timestamp }) => timestamp))).toEqual(new Set([Number(row?.at)]));
      expect(new Set(records.map((r) => String(r.headers[headerNames.publishedVersions])))).toEqual(
        new Set(['1,2']),
      );
    }
    expect(world.visible(v1).length).toBe(world.visible(v2).length);
  });

  it('lasts, even where commits of the database need not', async () => {
    await database.query(`SET synchronous_commit = 'off'`);
    await world.relay();
    await world.book('k', 1);
    await until(() => world.idsOn(2).length === 1);
    const { rows } = await database.query(`SELECT current_setting('synchronous_commit') AS now`);
    await database.query('RESET synchronous_commit');
    expect(rows).toEqual([{ now: 'on' }]);
  });

  it('never goes back: a new owner waits until its clock has passed the newest stamp', async () => {
    const ahead = { ...systemClock, now: () => Date.now() + 700 };
    const first = await world.relay({ clock: ahead });
    await world.book('k', 1);
    await until(() => world.idsOn(2).length === 1);
    await first.close();
    await world.relay();
    await world.book('k', 2);
    await until(() => world.idsOn(2).length === 2);
    const times = world.visible(v2).map(({ timestamp }) => timestamp);
    expect(times[1]).toBeGreaterThan(times[0] ?? 0);
  });
});

describe('failures of the broker', () => {
  it('let an event type wait whose topic is gone, and the others go on', async () => {
    const relay = await world.relay();
    world.broker.deleteTopic(returned);
    await world.returned('k', 1);
    await world.book('k', 2);
    await until(() => world.idsOn(2).length === 1);
    await until(() => relay.health().kind === 'retrying');
    world.broker.createTopic(returned, { partitions: 3 });
    await until(() => world.visible(returned).length === 1);
    await until(() => relay.health().kind === 'ready');
  });

  it('are survived however long they take', async () => {
    const relay = await world.relay();
    world.relays[0]?.client.process.disconnect();
    await world.book('k', 1);
    await until(() => relay.health().kind === 'retrying');
    world.relays[0]?.client.process.reconnect();
    await until(() => world.idsOn(2).length === 1);
  });
});

describe('a version that retires', () => {
  it('is acknowledged once no row with it is unsent, and carried by no event from then on', async () => {
    const { policy, set, acknowledged } = changingPolicy();
    const relay = await world.relay({ policy });
    await world.book('k', 1);
    await until(async () => (await stamps())[0]?.state === 'sent');
    world.relays[0]?.client.process.disconnect();
    await world.book('k', 2);
    await until(async () => (await stamps())[1]?.at !== null);
    set(1, { kind: 'retiring' });
    await until(async () => (await retiredRanges()) > 0);
    expect(acknowledged).toEqual([]);
    expect(await outboxRemainder(database, { waitMs: 100 })({ eventType: Book.name, version: 1 })).toBe(1);
    world.relays[0]?.client.process.reconnect();
    await until(() => acknowledged.length === 1);
    expect(acknowledged).toEqual([`${Book.name} 1`]);
    expect(await outboxRemainder(database)({ eventType: Book.name, version: 1 })).toBe(0);
    await world.book('k', 3);
    await until(() => world.idsOn(2).length === 3);
    expect(new Set(world.idsOn(1))).toEqual(new Set(['e1', 'e2']));
    expect([...relay.publishing()]).toContainEqual([Book.name, [2]]);
  });

  it('is stamped by no relay that has not heard of it yet, once one has acknowledged', async () => {
    const { policy, set } = changingPolicy();
    await world.relay({ policy });
    await database.query(`UPDATE baton.outbox_range SET retired = ARRAY['${Book.name} 1']`);
    await world.book('k', 1);
    await until(async () => (await retiredRanges()) === 0);
    await until(() => world.idsOn(1).length === 1);
    set(1, { kind: 'retiring' });
    await until(async () => (await retiredRanges()) > 0);
    await world.book('k', 2);
    await until(() => world.idsOn(2).length === 2);
    expect(world.idsOn(1)).toEqual(['e1']);
  });
});

describe('a version that was given back to use, and retires anew', () => {
  it('is not revived by a relay that has heard only of the former', async () => {
    const { policy, set } = changingPolicy();
    const other = createOutboxStore(database, 'lending');
    await other.retire(Book.name, version(1));
    let heard = 0;
    const catchUp = async (): Promise<void> => {
      heard += 1;
      if (heard === 1) await other.retire(Book.name, version(1));
      else set(1, { kind: 'retiring' });
    };
    await world.relay({ policy: { ...policy, catchUp } });
    await world.book('k', 1);
    await until(() => world.idsOn(2).length === 1);
    expect(world.idsOn(1)).toEqual([]);
  });
});

const retiredRanges = async (): Promise<number> =>
  (await database.query(`SELECT 1 FROM baton.outbox_range WHERE cardinality(retired) > 0`)).rows.length;

describe('an embedded database', () => {
  it('has one relay: a second is refused', async () => {
    await world.relay();
    await expect(world.relay()).rejects.toMatchObject({ code: 'invalid-configuration' });
  });
});

describe('rows that were sent', () => {
  it('are deleted after some time', async () => {
    await world.relay({ limits: { ...quick, keepSentMs: 0, cleanMs: 10 } });
    await world.book('k', 1);
    await until(async () => (await stamps()).length === 0 && world.idsOn(2).length === 1);
  });
});
