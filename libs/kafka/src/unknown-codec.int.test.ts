import { defaultTimeline, defineEventType, topicOf, version } from '@baton/core';
import { createConsumer, handle, staticBindings, systemClock } from '@baton/messaging';
import { createJsonCodec } from '@baton/testing';
import { Kafka, logLevel } from 'kafkajs';
import { brokers, createTestPorts } from '../test/stack';

jest.setTimeout(60_000);

const { ports, close } = createTestPorts();
afterAll(() => close());

const Packed = defineEventType<{ 1: { n: number } }, 1>({
  name: `test.Packed${Date.now()}`,
  kind: 'event',
  newest: 1,
  versions: { 1: { schema: {} } },
  downcasts: {},
  upcasts: {},
});
const topic = topicOf(Packed.name, version(1));

it('ends the consumer with the reason where batches are compressed with a codec it does not know', async () => {
  await ports.topics.apply([{ topic, partitions: 1, config: { 'compression.type': 'lz4' } }]);
  const producer = new Kafka({ brokers: brokers(), logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  await producer.send({ topic, messages: [{ key: 'k', value: '{"n":1}' }] });
  await producer.disconnect();
  const group = Packed.name;
  const consumer = createConsumer({
    group,
    instance: group,
    on: [handle(Packed, { 1: async () => {} })],
    groupMember: ports.groupMember,
    logOffsets: ports.logOffsets,
    codec: createJsonCodec(),
    bindings: staticBindings({
      group,
      timelines: { [Packed.name]: defaultTimeline(version(1)) },
      clock: systemClock,
      leadMs: 8_000,
    }),
  });
  consumer.start().catch(() => {});
  await expect(consumer.finished).rejects.toMatchObject({
    code: 'topic-misconfigured',
    message: expect.stringContaining('compression.type'),
  });
  expect(consumer.health().kind).toBe('failed');
  await ports.topics.remove([topic]);
});
