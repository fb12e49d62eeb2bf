import { randomUUID } from 'node:crypto';
import { type OutgoingRecord, silentLogger, systemClock } from '@baton/messaging';
import { Kafka, logLevel } from 'kafkajs';
import { brokers, createTestPorts, eventually } from '../test/stack';
import { createUnreliableNetwork } from '../test/unreliable-network';
import { createClientFactory } from './client';
import { createTransactionalProducerFactory } from './transactional-producer';

jest.setTimeout(60_000);

const stack = createTestPorts();
const { ports } = stack;
afterAll(() => stack.close());

const record = (topic: string, value: string): OutgoingRecord => ({
  topic,
  partition: 0,
  key: value,
  value: Buffer.from(value),
  headers: {},
  timestamp: Date.now(),
});

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
  it('is needed with our own filter of aborted reads: stock kafkajs delivers overlapping aborted transactions', async () => {
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
    expect(await readWithStockClient(topic, 2)).toEqual(['A-aborted', 'C-committed']);
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

  it('gives up a call at its limit when the broker falls silent, and closes for good', async () => {
    const topic = await stack.eventTopic('silent');
    const network = createUnreliableNetwork();
    const newClient = createClientFactory(
      { brokers: brokers(), clientId: 'test', socketFactory: network.socketFactory },
      silentLogger,
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
