import { defaultTimeline, defineEventType, headerNames, topicOf, version } from '@baton/core';
import {
  createConsumer,
  type DeadLetter,
  deadLetterTopicOf,
  type EventConsumer,
  handle,
  readLetterRecord,
  retryTopicOf,
  staticBindings,
  systemClock,
} from '@baton/messaging';
import { createJsonCodec } from '@baton/testing';
import { Kafka, logLevel } from 'kafkajs';
import { brokers, createTestPorts, eventually } from '../test/stack';
import { groupTopicSpec } from './topics';

jest.setTimeout(120_000);

const stack = createTestPorts();
const { ports } = stack;
afterAll(() => stack.close());

const unique = `dl-${process.pid}-${Date.now()}`;
const Parked = defineEventType<{ 1: { n: number } }, 1>({
  name: `test.Parked${Date.now()}`,
  kind: 'event',
  newest: 1,
  versions: { 1: { schema: {} } },
  downcasts: {},
  upcasts: {},
});
const topic = topicOf(Parked.name, version(1));
const malformed = 20_000;

const consumers: EventConsumer[] = [];
afterEach(async () => {
  await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
});

const readLetters = async (group: string): Promise<readonly DeadLetter[]> => {
  const reader = ports.recordReader();
  const [end = 0] = await ports.logOffsets.end(deadLetterTopicOf(group));
  const found: DeadLetter[] = [];
  for (let position = 0; position < end; ) {
    const page = await reader.read({ topic: deadLetterTopicOf(group), partition: 0 }, position);
    for (const record of page.records) {
      const letter = readLetterRecord(0, record);
      if (letter?.kind === 'letter') found.push(letter);
    }
    position = page.nextOffset;
  }
  await reader.close();
  return found;
};

it('parks many malformed messages quickly, with bytes and headers as they were, and handles what lies between', async () => {
  const group = unique;
  await ports.topics.apply([
    groupTopicSpec(topic, 1),
    groupTopicSpec(deadLetterTopicOf(group), 1),
    groupTopicSpec(retryTopicOf(group), 1),
  ]);
  const producer = new Kafka({ brokers: brokers(), clientId: unique, logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  const good = (n: number) => ({
    key: `k${n}`,
    value: JSON.stringify({ n }),
    headers: {
      [headerNames.specVersion]: '1.0',
      [headerNames.id]: `good-${n}`,
      [headerNames.source]: 'test',
      [headerNames.type]: Parked.name,
      [headerNames.time]: new Date().toISOString(),
      [headerNames.publishedVersions]: '1',
    },
  });
  const bad = (n: number) => ({
    key: null,
    value: null,
    headers: { [headerNames.specVersion]: '0.1', n: Buffer.from([n & 255, 0xff]) },
  });
  for (let sent = 0; sent < malformed; sent += 1_000) {
    const messages = Array.from({ length: 1_000 }, (_, i) => (i === 500 ? good(sent + i) : bad(sent + i)));
    await producer.send({ topic, messages });
  }
  await producer.disconnect();

  const handled: string[] = [];
  const consumer = createConsumer({
    group,
    instance: unique,
    on: [
      handle(Parked, {
        1: async ({ id }) => {
          handled.push(id);
        },
      }),
    ],
    groupMember: ports.groupMember,
    logOffsets: ports.logOffsets,
    codec: createJsonCodec(),
    bindings: staticBindings({
      group,
      timelines: { [Parked.name]: defaultTimeline(version(1)) },
      clock: systemClock,
      leadMs: 8_000,
    }),
    deadLetters: { createProducer: ports.transactionalProducer, reader: ports.recordReader() },
  });
  consumers.push(consumer);
  const began = Date.now();
  await consumer.start();
  const [end = 0] = await ports.logOffsets.end(topic);
  await eventually(async () => {
    const committed = await ports.groupReader.committed(group, [topic]);
    return committed.get(topic)?.[0] === end;
  }, 60_000);
  const tookMs = Date.now() - began;
  const letters = await readLetters(group);
  expect(letters).toHaveLength(malformed - malformed / 1_000);
  expect(new Set(letters.map(({ origin }) => origin.offset)).size).toBe(letters.length);
  const letter = letters.find(({ origin }) => origin.offset === 7);
  expect(letter?.original).toMatchObject({ key: null, value: null });
  expect(letter?.original.headers.n).toEqual(Buffer.from([7, 0xff]));
  expect(handled).toHaveLength(malformed / 1_000);
  expect(malformed / (tookMs / 1_000)).toBeGreaterThan(100);
  await ports.topics.remove([topic, deadLetterTopicOf(group), retryTopicOf(group)]);
});
