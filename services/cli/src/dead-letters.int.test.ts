import { defaultTimeline, topicOf, version } from '@baton/core';
import { groupTopicSpec } from '@baton/kafka';
import {
  createConsumer,
  deadLetterTopicOf,
  type EventConsumer,
  handle,
  retryTopicOf,
  staticBindings,
  systemClock,
} from '@baton/messaging';
import { createJsonCodec } from '@baton/testing';
import { memberTimings, thingOf } from './test-support/members';
import { codesOf, createStackWorld, eventually } from './test-support/stack-world';

jest.setTimeout(90_000);

const world = createStackWorld();
const { eventType, baton, json, kafka } = world;
const group = world.group('parking');
const own = [deadLetterTopicOf(group), retryTopicOf(group)];
const state = { poison: 'broken' as 'broken' | 'mended' };
const handled: number[] = [];
const reader = kafka.recordReader();
let consumer: EventConsumer;

const start = async (): Promise<void> => {
  const thing = thingOf(eventType);
  const remember = async ({ data, key }: { readonly data: { readonly n: number }; readonly key: string }) => {
    if (key === 'bad' && state.poison === 'broken') throw new TypeError(`cannot handle ${data.n}`);
    handled.push(data.n);
  };
  consumer = createConsumer({
    group,
    instance: group,
    on: [handle(thing, { 1: remember, 2: remember })],
    groupMember: kafka.groupMember,
    logOffsets: kafka.logOffsets,
    codec: createJsonCodec(),
    bindings: staticBindings({
      group,
      timelines: { [eventType]: defaultTimeline(version(1)) },
      clock: systemClock,
      leadMs: 7_000,
    }),
    settings: { leaseMs: memberTimings.leaseMs, commitIntervalMs: 100, attempts: 2 },
    deadLetters: { createProducer: kafka.transactionalProducer, reader },
  });
  await consumer.start();
};

const publish = async (events: readonly { readonly key: string; readonly n: number }[]): Promise<void> => {
  const producer = await kafka.transactionalProducer(`dl-${world.suffix}`);
  await producer.begin();
  await producer.send(
    events.map(({ key, n }) => ({
      topic: topicOf(eventType, version(1)),
      partition: 0,
      key,
      value: Buffer.from(JSON.stringify({ n })),
      headers: {},
      timestamp: Date.now(),
    })),
  );
  await producer.commit();
  await producer.close();
};

const list = async (...more: readonly string[]) =>
  (await json('dead-letters', 'list', '--group', group, ...more)).document;

beforeAll(async () => {
  await world.prepare();
  const partitions = await kafka.logOffsets.partitionCount(topicOf(eventType, version(1)));
  await kafka.topics.apply(own.map((topic) => groupTopicSpec(topic, partitions)));
  await start();
});
afterAll(async () => {
  await consumer?.stop();
  await reader.close();
  await kafka.topics.remove(own);
  await world.close();
});

test('a group without dead letters is told what is missing', async () => {
  const { exit, stderr } = await baton('dead-letters', 'list', '--group', 'nobody');
  expect(exit).not.toBe(0);
  expect(stderr).toContain('nobody.dead-letters');
});

test('parked events are listed with what went wrong, those behind them too', async () => {
  await publish([
    { key: 'bad', n: 1 },
    { key: 'good', n: 2 },
    { key: 'bad', n: 3 },
  ]);
  await eventually(async () => (await list()).open === 2);
  const { letters } = await list();
  expect(letters).toMatchObject([
    { key: 'bad', because: 'failed', code: 'handler-failed', message: 'cannot handle 1', attempts: 2 },
    { key: 'bad', because: 'follows', code: null, attempts: 0 },
  ]);
  expect(handled).toEqual([2]);
  const shown = await json('dead-letters', 'show', letters[0].letter, '--group', group, '--reveal');
  expect(shown.document).toMatchObject({
    group,
    stack: expect.stringContaining('TypeError: cannot handle 1'),
    origin: { topic: topicOf(eventType, version(1)) },
    value: Buffer.from('{"n":1}').toString('base64'),
  });
});

test('whether the group can drop the version says how many are left', async () => {
  const { document } = await json('can', 'drop', eventType, '--group', group, '--version', '1');
  expect(document.evidence).toContainEqual(
    expect.objectContaining({ fact: 'retries and dead letters of the version', value: 2 }),
  );
  expect(codesOf(document)).toContain('dead-letters-left');
});

test('nothing is replayed or discarded unless something was chosen', async () => {
  expect((await baton('dead-letters', 'replay', '--group', group)).exit).toBe(64);
  const planned = await json('dead-letters', 'replay', '--group', group, '--all', '--dry-run');
  expect(planned.document).toMatchObject({ outcome: 'planned', letters: 2, left: 2 });
});

test('what is replayed is handled, in the order of its key', async () => {
  state.poison = 'mended';
  const { exit, document } = await json('dead-letters', 'replay', '--group', group, '--key', 'bad');
  expect({ exit, document }).toMatchObject({
    exit: 0,
    document: { outcome: 'replayed', letters: 2, left: 0 },
  });
  await eventually(() => handled.length === 3);
  expect(handled).toEqual([2, 1, 3]);
  expect((await list()).open).toBe(0);
});

test('a discarded event is never handled', async () => {
  state.poison = 'broken';
  await publish([{ key: 'bad', n: 5 }]);
  await eventually(async () => (await list()).open === 1);
  const { document } = await json(
    'dead-letters',
    'discard',
    '--group',
    group,
    '--all',
    '--reason',
    'a test order',
  );
  expect(document).toMatchObject({ outcome: 'discarded', letters: 1, left: 0 });
  expect(handled).not.toContain(5);
});
