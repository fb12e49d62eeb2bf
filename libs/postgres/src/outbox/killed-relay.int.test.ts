import type { ChildProcess } from 'node:child_process';
import { headerNames } from '@baton/core';
import type { PostgresServer } from '@baton/dev-stack';
import { createKafkaPorts, type KafkaPorts } from '@baton/kafka';
import { type FetchedRecord, silentLogger } from '@baton/messaging';
import { hasEnded, kill, killAll, startChild } from '../../test-support/children';
import { idOf, until } from '../../test-support/outbox-world';
import { openOwnOutbox } from '../../test-support/own-outbox';
import { describeWithServer, startServer } from '../../test-support/postgres-server';
import type { Database } from '../database/database';
import { connectPostgres } from '../database/postgres-database';
import type { Outbox } from './outbox';

jest.setTimeout(180_000);

const brokers = (process.env.KAFKA_BROKERS ?? '').split(',');

let server: PostgresServer;
let database: Database;
let kafka: KafkaPorts;

beforeAll(async () => {
  server = await startServer();
  database = await connectPostgres({ url: server.url });
  kafka = createKafkaPorts({ brokers, clientId: 'outbox-test', logger: silentLogger });
});
afterEach(killAll);
afterAll(async () => {
  await kafka.close();
  await database.close();
  await server.stop();
});

const setUp = async () => {
  const own = await openOwnOutbox({ database, kafka, name: 'outbox', partitions: 3, ranges: 2 });
  const publish = (n: number) =>
    database.transaction((tx) => own.outbox.publish(tx, own.eventType, { key: `key-${n % 5}`, data: { n } }));
  return { ...own, publish };
};

type World = Awaited<ReturnType<typeof setUp>>;

interface RelayOptions {
  readonly at?: string;
  readonly times?: number;
  /** The most events in one transaction. */
  readonly batch?: number;
  /** A bug that it works with. */
  readonly planted?: 'no-lock' | 'stamp-anew' | 'mark-before-commit';
}

const startRelay = ({ source, eventType }: World, options: RelayOptions = {}): Promise<ChildProcess> =>
  startChild('relay-child.js', { url: server.url, brokers, source, eventType: eventType.name, ...options });

const settled = async (outbox: Outbox): Promise<boolean> => (await outbox.lag()).open === 0;

/** Everything committed on a topic, by partition. */
const readTopic = async (topic: string): Promise<readonly (readonly FetchedRecord[])[]> => {
  const reader = kafka.recordReader();
  try {
    const ends = await kafka.logOffsets.end(topic);
    const logs: FetchedRecord[][] = [];
    for (const [partition, end] of ends.entries()) {
      const log: FetchedRecord[] = [];
      for (let offset = 0; offset < end; ) {
        const page = await reader.read({ topic, partition }, offset);
        log.push(...page.records);
        offset = page.nextOffset;
      }
      logs.push(log);
    }
    return logs;
  } finally {
    await reader.close();
  }
};

const numberOf = (record: FetchedRecord): number => (JSON.parse(String(record.value)) as { n: number }).n;

/** What must not differ between any two copies of an event. */
const stampOf = (record: FetchedRecord, partition: number): string =>
  [
    record.timestamp,
    partition,
    String(record.key),
    String(record.headers[headerNames.publishedVersions]),
  ].join(' ');

/** Checks what every reader of the topics may rely on, whatever happened to the relays. */
const expectPromises = async (world: World, count: number): Promise<void> => {
  const stamps = new Map<string, Set<string>>();
  for (const topic of world.topics) {
    const logs = await readTopic(topic);
    const seen = new Set<string>();
    for (const [partition, log] of logs.entries()) {
      const perKey = new Map<string, number[]>();
      const last = new Map<string, number>();
      for (const record of log) {
        const id = idOf(record);
        stamps.set(id, (stamps.get(id) ?? new Set()).add(stampOf(record, partition)));
        last.set(String(record.key), numberOf(record));
        if (seen.has(id)) continue;
        seen.add(id);
        perKey.set(String(record.key), [...(perKey.get(String(record.key)) ?? []), numberOf(record)]);
      }
      for (const [key, order] of perKey) {
        expect(order).toEqual([...order].sort((a, b) => a - b));
        expect(last.get(key)).toBe(order.at(-1));
      }
    }
    expect(seen.size).toBe(count);
  }
  expect([...stamps.values()].filter((copies) => copies.size > 1)).toEqual([]);
};

describeWithServer('a relay that is killed', () => {
  it.each([
    'stamp:before',
    'stamp:after',
    'begin:after',
    'send:after',
    'commit:before',
    'commit:after',
    'mark:after',
  ])('at %s leaves nothing lost, torn, stamped anew or out of order', async (killAt) => {
    const world = await setUp();
    const first = await startRelay(world, { at: killAt, times: 3 });
    for (let n = 0; n < 20; n += 1) await world.publish(n);
    await until(() => hasEnded(first), 30_000);
    const second = await startRelay(world);
    for (let n = 20; n < 30; n += 1) await world.publish(n);
    await until(() => settled(world.outbox), 60_000);
    await expectPromises(world, 30);
    await kill(second);
  });

  it('again and again, while others share the work, loses nothing either', async () => {
    const world = await setUp();
    let publishing = true;
    let n = 0;
    const load = (async () => {
      for (; publishing; n += 1) {
        await world.publish(n);
        await new Promise((wait) => setTimeout(wait, 5));
      }
    })();
    for (let round = 0; round < 4; round += 1) {
      const relays = [await startRelay(world, { batch: 50 }), await startRelay(world, { batch: 50 })];
      const before = n;
      await until(() => n > before + 20);
      for (const relay of relays) await kill(relay);
    }
    publishing = false;
    await load;
    await startRelay(world, { batch: 50 });
    await until(() => settled(world.outbox), 60_000);
    await expectPromises(world, n);
  });

  it('by standing still is replaced, and sends nothing of its own when it wakes', async () => {
    const world = await setUp();
    const frozen = await startRelay(world);
    for (let n = 0; n < 10; n += 1) await world.publish(n);
    await until(() => settled(world.outbox), 30_000);
    frozen.kill('SIGSTOP');
    for (let n = 10; n < 20; n += 1) await world.publish(n);
    await startRelay(world);
    await until(() => settled(world.outbox), 60_000);
    frozen.kill('SIGCONT');
    for (let n = 20; n < 30; n += 1) await world.publish(n);
    await until(() => settled(world.outbox), 60_000);
    await expectPromises(world, 30);
    expect(hasEnded(frozen)).toBe(false);
  });
});

describeWithServer('a relay with a planted bug', () => {
  it.each(['stamp-anew', 'mark-before-commit'] as const)('is found out: %s', async (planted) => {
    const world = await setUp();
    const killAt = planted === 'stamp-anew' ? 'commit:after' : 'send:after';
    const first = await startRelay(world, { at: killAt, planted });
    for (let n = 0; n < 10; n += 1) await world.publish(n);
    await until(() => hasEnded(first), 30_000);
    await startRelay(world, { planted });
    await until(() => settled(world.outbox), 60_000);
    await expect(expectPromises(world, 10)).rejects.toThrow();
  });

  it('is found out: no lock', async () => {
    const world = await setUp();
    const relays = [
      await startRelay(world, { planted: 'no-lock' }),
      await startRelay(world, { planted: 'no-lock' }),
    ];
    let broken: unknown;
    for (let n = 0; n < 1_000 && broken === undefined; ) {
      for (const end = n + 100; n < end; n += 1) await world.publish(n);
      await until(() => settled(world.outbox), 90_000);
      broken = await expectPromises(world, n).catch((error: unknown) => error);
    }
    for (const relay of relays) await kill(relay);
    expect(broken).toBeDefined();
  });
});
