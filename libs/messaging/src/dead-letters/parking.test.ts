import { BatonError, headerNames } from '@baton/core';
import {
  BookEvent,
  BookWorld,
  createMemoryRecordReader,
  type RunningConsumer,
  type WorldConsumerOptions,
} from '@baton/testing';
import type { ConsumerDeps } from '../consumer/types';
import { type DeadLetter, readLetterRecord } from './letter';
import { deadLetterTopicOf, retryTopicOf } from './topics';

const parkingWorld = (options: ConstructorParameters<typeof BookWorld>[0] = {}): BookWorld => {
  const world = new BookWorld(options);
  for (const topic of [deadLetterTopicOf(world.group), retryTopicOf(world.group)]) {
    world.broker.createTopic(topic, { partitions: options.partitions ?? 1 });
  }
  return world;
};

const started = (
  world: BookWorld,
  instance: string,
  { deps = {}, ...options }: WorldConsumerOptions & { readonly deps?: Partial<ConsumerDeps> } = {},
): Promise<RunningConsumer> => {
  const { createProducer, process } = world.broker.connect(`${instance}-letters`);
  const reader = createMemoryRecordReader(world.broker, process);
  return world.started(instance, { ...options, deps: { deadLetters: { createProducer, reader }, ...deps } });
};

const letters = (world: BookWorld): readonly DeadLetter[] =>
  world.broker
    .logs(deadLetterTopicOf(world.group))
    .flatMap((log, partition) => log.committed().map((record) => readLetterRecord(partition, record)))
    .filter((letter) => letter?.kind === 'letter');

const goodHeaders = (world: BookWorld): Record<string, string> => ({
  [headerNames.specVersion]: '1.0',
  [headerNames.id]: 'x',
  [headerNames.source]: 's',
  [headerNames.type]: BookEvent.name,
  [headerNames.time]: new Date(world.clock.now()).toISOString(),
  [headerNames.publishedVersions]: '1',
});

const append = (world: BookWorld, headers: Record<string, string>, value = '{"n":1}', key = 'bad'): number =>
  world.broker.append({
    topic: world.topic(1),
    partition: 0,
    key,
    value: Buffer.from(value),
    headers,
    timestamp: world.clock.now(),
  });

describe('a message that nobody can read', () => {
  it('is parked with all that is known of it, and the partition goes on', async () => {
    const world = parkingWorld();
    const first = world.put([1]);
    append(world, { ...goodHeaders(world), [headerNames.time]: 'yesterday', 'x-trace': 'abc' });
    const second = world.put([1]);
    await started(world, 'a');
    await world.drained();
    expect(world.ids()).toEqual([first, second]);
    const [letter, ...others] = letters(world);
    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      group: world.group,
      instance: 'a',
      eventType: BookEvent.name,
      version: 1,
      origin: { topic: world.topic(1), partition: 0, offset: 1 },
      because: 'unreadable',
      error: {
        code: 'malformed-headers',
        message: expect.stringContaining('yesterday'),
        stack: expect.any(String),
      },
      laterEvents: 'go-on',
    });
    expect(letter?.original.value?.toString()).toBe('{"n":1}');
    expect(String(letter?.original.headers['x-trace'])).toBe('abc');
    expect(String(letter?.original.headers[headerNames.id])).toBe('x');
  });

  it('is parked if its value cannot be decoded, and later events of its key follow it', async () => {
    const world = parkingWorld();
    append(world, goodHeaders(world), 'no json', 'k');
    const behind = world.put([1], { key: 'k' });
    const other = world.put([1], { key: 'other' });
    await started(world, 'a');
    await world.drained();
    expect(world.ids()).toEqual([other]);
    expect(letters(world).map(({ because, key }) => [because, key])).toEqual([
      ['unreadable', 'k'],
      ['follows', 'k'],
    ]);
    expect(String(letters(world)[1]?.original.headers[headerNames.id])).toBe(behind);
  });

  it('keeps null and binary parts as they were', async () => {
    const world = parkingWorld();
    world.broker.log(world.topic(1)).append({
      timestamp: world.clock.now(),
      key: Buffer.from([0xff, 0x00]),
      value: null,
      headers: {
        twice: [Buffer.from('a'), Buffer.from('b')],
        bytes: Buffer.from([0xfe]),
        [headerNames.specVersion]: Buffer.from('1.0'),
      },
      kind: 'data',
      transactionOf: undefined,
    });
    await started(world, 'a');
    await world.drained();
    const [letter] = letters(world);
    expect(letter?.original.key).toEqual(Buffer.from([0xff, 0x00]));
    expect(letter?.original.value).toBeNull();
    expect(letter?.original.headers.twice).toEqual([Buffer.from('a'), Buffer.from('b')]);
    expect(letter?.original.headers.bytes).toEqual(Buffer.from([0xfe]));
  });

  it('is never parked because the registry is down', async () => {
    const world = parkingWorld();
    world.put([1]);
    let registry: 'down' | 'up' = 'down';
    const codec = {
      ...world.codec,
      decode: (...given: Parameters<typeof world.codec.decode>) =>
        registry === 'up'
          ? world.codec.decode(...given)
          : Promise.reject(new BatonError('registry-unavailable', 'down')),
    };
    const { consumer } = await started(world, 'a', { deps: { codec } });
    await world.clock.advance(600_000);
    expect(letters(world)).toEqual([]);
    expect(consumer.health()).toMatchObject({ kind: 'blocked', on: [{ code: 'registry-unavailable' }] });
    registry = 'up';
    await world.drained();
    expect(world.ids()).toEqual(['e1']);
    expect(consumer.health().kind).toBe('ready');
  });

  it('is parked once the registry has said no for long enough, and read if the schema comes before', async () => {
    const world = parkingWorld();
    world.put([1], { key: 'late' });
    world.codec.forgetSchema(3);
    await started(world, 'a');
    await world.drained();
    expect(world.ids()).toEqual(['e1']);
    world.codec.forgetSchema(1_000);
    world.put([1], { key: 'never' });
    await world.drained();
    expect(letters(world)).toMatchObject([{ because: 'unreadable', error: { code: 'unknown-schema-id' } }]);
  });
});

describe('parking', () => {
  it('commits past an event only once its letter is stored', async () => {
    const world = parkingWorld();
    append(world, { [headerNames.specVersion]: '1.0' });
    const good = world.put([1]);
    world.broker.network.fail({ operation: 'commit', how: 'lost-request', times: 8, process: 'a-letters' });
    const { consumer } = await started(world, 'a');
    await world.clock.advance(4_000);
    expect(letters(world)).toEqual([]);
    expect(world.committed(1)).toBe(0);
    expect(world.ids()).toEqual([good]);
    expect(consumer.health()).toMatchObject({ kind: 'blocked' });
    await world.drained();
    expect(letters(world)).toHaveLength(1);
    expect(consumer.health().kind).toBe('ready');
    expect(world.ids()).toEqual([good]);
  });

  it('takes many messages in few transactions', async () => {
    const world = parkingWorld({ maxRecords: 2_000 });
    for (let i = 0; i < 5_000; i += 1) append(world, { [headerNames.specVersion]: '1.0' }, '{}', `k${i}`);
    const began = world.clock.now();
    await started(world, 'a');
    await world.drained();
    expect(letters(world)).toHaveLength(5_000);
    expect(world.broker.network.requests('commit')).toBeLessThan(100);
    expect(world.clock.now() - began).toBeLessThan(5_000);
  });

  it('repeats nothing that was done above a parked event when the member is replaced', async () => {
    const world = parkingWorld();
    append(world, { [headerNames.specVersion]: '1.0' });
    for (let i = 0; i < 10; i += 1) world.put([1], { key: `k${i}` });
    world.broker.network.fail({
      operation: 'commit',
      how: 'lost-request',
      times: 1_000,
      process: 'a-letters',
    });
    const a = await started(world, 'a');
    await world.clock.advance(2_000);
    expect(world.handled).toHaveLength(10);
    expect(world.committed(1)).toBe(0);
    await world.clock.settle(a.consumer.stop());
    await started(world, 'b');
    await world.drained();
    // what the stopped member left open hides the letter until it times out
    await world.clock.advance(15_000);
    expect(world.handled).toHaveLength(10);
    expect(letters(world)).toHaveLength(1);
  });

  it('does not start without its topics', async () => {
    const world = new BookWorld();
    await expect(started(world, 'a')).rejects.toMatchObject({
      code: 'topic-missing',
      message: expect.stringContaining('reminders.dead-letters'),
    });
  });
});
