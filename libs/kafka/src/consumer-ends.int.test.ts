import { defaultTimeline, defineEventType, type EventType, topicOf, version } from '@baton/core';
import { createConsumer, type EventConsumer, handle, staticBindings, systemClock } from '@baton/messaging';
import { createJsonCodec } from '@baton/testing';
import { Kafka, logLevel } from 'kafkajs';
import { brokers, createTestPorts, eventually } from '../test/stack';

jest.setTimeout(180_000);

const { ports, close } = createTestPorts();
afterAll(() => close());

const eventType = (name: string) =>
  defineEventType<{ 1: { n: number } }, 1>({
    name: `test.${name}${Date.now()}`,
    kind: 'event',
    newest: 1,
    versions: { 1: { schema: {} } },
    downcasts: {},
    upcasts: {},
  });

const topicOfType = ({ name }: EventType) => topicOf(name, version(1));

const consumerOf = (group: string, types: readonly ReturnType<typeof eventType>[], handled: number[] = []) =>
  createConsumer({
    group,
    instance: group,
    on: types.map((type) => handle(type, { 1: async ({ data }) => void handled.push(data.n) })),
    groupMember: ports.groupMember,
    logOffsets: ports.logOffsets,
    codec: createJsonCodec(),
    bindings: staticBindings({
      group,
      timelines: Object.fromEntries(types.map(({ name }) => [name, defaultTimeline(version(1))])),
      clock: systemClock,
      leadMs: 8_000,
    }),
    settings: { leaseMs: 6_000 },
  });

const send = async (topic: string): Promise<void> => {
  const producer = new Kafka({ brokers: brokers(), logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  await producer.send({ topic, messages: [{ key: 'k', value: '{"n":1}' }] });
  await producer.disconnect();
};

const endOf = (consumer: EventConsumer): Promise<unknown> =>
  consumer.finished.then(
    () => undefined,
    (error: unknown) => error,
  );

it('ends with the reason where batches are compressed with a codec that it does not know', async () => {
  const Packed = eventType('Packed');
  const topic = topicOfType(Packed);
  await ports.topics.apply([{ topic, partitions: 1, config: { 'compression.type': 'lz4' } }]);
  await send(topic);
  const consumer = consumerOf(Packed.name, [Packed]);
  consumer.start().catch(() => {});
  expect(await endOf(consumer)).toMatchObject({
    code: 'topic-misconfigured',
    message: expect.stringContaining('compression.type'),
  });
  expect(consumer.health().kind).toBe('failed');
  await ports.topics.remove([topic]);
});

it('ends, and does not start for ever, where one of its topics was deleted', async () => {
  const [Kept, Deleted] = [eventType('Kept'), eventType('Deleted')];
  const topics = [Kept, Deleted].map(topicOfType);
  await ports.topics.apply(topics.map((topic) => ({ topic, partitions: 1, config: {} })));
  const handled: number[] = [];
  const consumer = consumerOf(Kept.name, [Kept, Deleted], handled);
  await consumer.start();
  await send(topicOfType(Deleted));
  await eventually(() => handled.length === 1);
  await ports.topics.remove([topicOfType(Deleted)]);
  expect(await endOf(consumer)).toMatchObject({ code: 'topic-missing' });
  expect(consumer.health().kind).toBe('failed');
  await ports.topics.remove(topics);
});
