import { randomUUID } from 'node:crypto';
import { isBatonError } from '@baton/core';
import { type FetchedBatch, type OutgoingRecord, readCommittedFilter, systemClock } from '@baton/messaging';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';
import { brokers, createTestPorts, eventually } from '../test/stack';
import { createUnreliableNetwork } from '../test/unreliable-network';
import { createClientFactory } from './client';
import { createTransactionalProducerFactory } from './transactional-producer';

jest.setTimeout(60_000);

const stack = createTestPorts();
const { ports } = stack;
afterAll(() => stack.close());

const record = (topic: string, value: string, more: Partial<OutgoingRecord> = {}): OutgoingRecord => ({
  topic,
  partition: 0,
  key: value,
  value: Buffer.from(value),
  headers: {},
  timestamp: Date.now(),
  ...more,
});

/** Reads a topic to its end with our member, and returns the values that are committed. */
const readCommitted = async (topic: string): Promise<string[]> => {
  const [end = 0] = await ports.logOffsets.end(topic);
  const batches: FetchedBatch[] = [];
  const member = ports.groupMember({
    group: `test.read.${randomUUID()}`,
    topics: [topic],
    assignor: {
      name: 'all',
      assign: ([one]) => new Map(one ? [[one.memberId, new Map([[topic, [0]]])]] : []),
    },
    metadata: () => '',
    sessionTimeoutMs: 6_000,
    heartbeatIntervalMs: 1_000,
  });
  let position = 0;
  await member.start({
    joined: () => {},
    heartbeat: () => {},
    rebalancing: () => {},
    crashed: () => {},
    batch: async (batch) => {
      batches.push(batch);
      position = (batch.records.at(-1)?.offset ?? batch.fetchedOffset - 1) + 1;
      return { nextOffset: position };
    },
  });
  await eventually(() => position >= end);
  await member.stop();
  return batches.flatMap(({ records, aborted }) =>
    records.filter(readCommittedFilter(aborted)).map(({ value }) => String(value)),
  );
};

const readWithStockClient = async (topic: string, wanted: number): Promise<string[]> => {
  const kafka = new Kafka({ brokers: brokers(), clientId: 'stock', logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `test.stock.${randomUUID()}`, maxWaitTimeInMs: 100 });
  const values: string[] = [];
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      values.push(String(message.value));
    },
  });
  await eventually(() => values.length >= wanted);
  await consumer.disconnect();
  return values;
};

describe('a transactional producer', () => {
  it('makes the records of several topics visible together, where and when they say', async () => {
    const [a, b] = [await stack.eventTopic('twin-a', 3), await stack.eventTopic('twin-b', 3)];
    const producer = await ports.transactionalProducer(stack.name('twins'));
    await producer.begin();
    await producer.send([record(a, 'x', { partition: 2 }), record(b, 'x', { partition: 2 })]);
    await producer.send([record(a, 'y', { partition: 1 })]);
    await producer.commit();
    await producer.begin();
    await producer.send([record(b, 'z', { partition: 0 })]);
    await producer.commit();
    await producer.close();
    // the broker answers a commit before it has written the markers
    const ends = async () => JSON.stringify([await ports.logOffsets.end(a), await ports.logOffsets.end(b)]);
    await eventually(async () => (await ends()) === '[[0,2,2],[2,0,2]]');
  });

  it('hides what is aborted', async () => {
    const topic = await stack.eventTopic('abort');
    const producer = await ports.transactionalProducer(stack.name('abort'));
    for (const how of ['abort', 'commit'] as const) {
      await producer.begin();
      await producer.send([record(topic, how)]);
      await producer[how]();
    }
    await producer.close();
    expect(await readCommitted(topic)).toEqual(['commit']);
  });

  it('never delivers overlapping aborted transactions, which stock kafkajs does', async () => {
    const topic = await stack.eventTopic('overlap');
    const [a, b, c] = await Promise.all(
      ['a', 'b', 'c'].map((id) => ports.transactionalProducer(stack.name(`overlap-${id}`))),
    );
    if (!a || !b || !c) throw new Error('no producers');
    await a.begin();
    await a.send([record(topic, 'A-aborted')]);
    await b.begin();
    await b.send([record(topic, 'B-aborted')]);
    await b.abort();
    await a.abort();
    await c.begin();
    await c.send([record(topic, 'C-committed')]);
    await c.commit();
    await Promise.all([a, b, c].map((producer) => producer.close()));
    expect(await readCommitted(topic)).toEqual(['C-committed']);
    expect(await readWithStockClient(topic, 2)).toEqual(['A-aborted', 'C-committed']);
  });

  it('fences the older one of the same id as soon as it is made, and aborts what that one had open', async () => {
    const topic = await stack.eventTopic('fence');
    const id = stack.name('fence');
    const older = await ports.transactionalProducer(id);
    await older.begin();
    await older.send([record(topic, 'from the older')]);
    const newer = await ports.transactionalProducer(id);
    await expect(older.send([record(topic, 'too late')])).rejects.toMatchObject({ code: 'producer-fenced' });
    await expect(older.commit()).rejects.toThrow();
    await newer.begin();
    await newer.send([record(topic, 'from the newer')]);
    await newer.commit();
    await Promise.all([older.close(), newer.close()]);
    expect(await readCommitted(topic)).toEqual(['from the newer']);
  });

  it('carries many small transactions a second', async () => {
    const topic = await stack.eventTopic('rate');
    const producer = await ports.transactionalProducer(stack.name('rate'));
    const began = Date.now();
    for (let i = 0; i < 100; i += 1) {
      await producer.begin();
      await producer.send([record(topic, String(i))]);
      await producer.commit();
    }
    await producer.close();
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  it('names what the broker refuses: a stamp beyond the margin, a record too large, a topic that is missing', async () => {
    const topic = await stack.eventTopic('refused');
    const refused = async (bad: OutgoingRecord) => {
      const producer = await ports.transactionalProducer(stack.name(`refused-${randomUUID()}`));
      await producer.begin();
      const error: unknown = await producer.send([bad]).catch((e: unknown) => e);
      await producer.close();
      return error;
    };
    const ahead = record(topic, 'ahead', { timestamp: Date.now() + 60_000 });
    expect(await refused(ahead)).toMatchObject({ code: 'clock-out-of-range' });
    const large = record(topic, 'large', { value: Buffer.alloc(2_000_000) });
    expect(await refused(large)).toMatchObject({ code: 'event-too-large' });
    expect(await refused(record(stack.name('missing'), 'x'))).toMatchObject({ code: 'topic-missing' });
    expect(await readCommitted(topic)).toEqual([]);
  });

  it('is refused where writes to the topic were stopped', async () => {
    const topic = await stack.eventTopic('stopped');
    const admin = new Kafka({ brokers: brokers(), logLevel: logLevel.NOTHING }).admin();
    const entry = {
      resourceType: AclResourceTypes.TOPIC,
      resourceName: topic,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: 'User:*',
      host: '*',
    };
    const acl = [
      { ...entry, operation: AclOperationTypes.WRITE, permissionType: AclPermissionTypes.DENY },
      { ...entry, operation: AclOperationTypes.ALL, permissionType: AclPermissionTypes.ALLOW },
    ];
    await admin.connect();
    try {
      await admin.createAcls({ acl });
      await eventually(async () => {
        const producer = await ports.transactionalProducer(stack.name('stopped'));
        await producer.begin();
        const error: unknown = await producer.send([record(topic, 'x')]).catch((e: unknown) => e);
        await producer.close();
        return isBatonError(error, 'not-authorized');
      });
      expect(await ports.logOffsets.partitionCount(topic)).toBe(1);
    } finally {
      await admin.deleteAcls({ filters: acl });
      await admin.disconnect();
    }
  });

  it('gives up a call at its limit when the broker falls silent, and closes for good', async () => {
    const topic = await stack.eventTopic('silent');
    const network = createUnreliableNetwork();
    const newClient = createClientFactory(
      { brokers: brokers(), clientId: 'test', socketFactory: network.socketFactory },
      { debug() {}, info() {}, warn() {}, error() {} },
    );
    const make = createTransactionalProducerFactory({ newClient, clock: systemClock, callLimitMs: 500 });
    const producer = await make(stack.name('silent'));
    await producer.begin();
    await producer.send([record(topic, 'sent')]);
    network.silence();
    await expect(producer.commit()).rejects.toMatchObject({ code: 'outcome-unknown' });
    network.cut();
    await Promise.all([producer.close(), producer.close()]);
    await eventually(() => network.openConnections() === 0);
  });

  it('rejects when no broker is there', async () => {
    const away = createTestPorts({ brokers: ['127.0.0.1:1'] });
    await expect(away.ports.transactionalProducer('t')).rejects.toMatchObject({ code: 'broker-unavailable' });
    await away.ports.close();
  });
});
