import { BatonError, headerNames } from '@baton/core';
import { BookEvent } from '@baton/testing';
import { ParkingWorld } from '../../test/parking-world';

describe('a message that nobody can read', () => {
  it('is parked with all that is known of it, and the partition goes on', async () => {
    const world = new ParkingWorld();
    const first = world.put([1]);
    world.append({ ...world.goodHeaders(), [headerNames.time]: 'yesterday', 'x-trace': 'abc' });
    const second = world.put([1]);
    await world.started('a');
    await world.drained();
    expect(world.ids()).toEqual([first, second]);
    const [letter, ...others] = world.letters();
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
    const world = new ParkingWorld();
    world.append(world.goodHeaders(), 'no json', 'k');
    const behind = world.put([1], { key: 'k' });
    const other = world.put([1], { key: 'other' });
    await world.started('a');
    await world.drained();
    expect(world.ids()).toEqual([other]);
    expect(world.letters().map(({ because, key }) => [because, key])).toEqual([
      ['unreadable', 'k'],
      ['follows', 'k'],
    ]);
    expect(String(world.letters()[1]?.original.headers[headerNames.id])).toBe(behind);
  });

  it('keeps null and binary parts as they were', async () => {
    const world = new ParkingWorld();
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
    await world.started('a');
    await world.drained();
    const [letter] = world.letters();
    expect(letter?.original.key).toEqual(Buffer.from([0xff, 0x00]));
    expect(letter?.original.value).toBeNull();
    expect(letter?.original.headers.twice).toEqual([Buffer.from('a'), Buffer.from('b')]);
    expect(letter?.original.headers.bytes).toEqual(Buffer.from([0xfe]));
  });

  it('is never parked because the registry is down', async () => {
    const world = new ParkingWorld();
    world.put([1]);
    let registry: 'down' | 'up' = 'down';
    const codec = {
      ...world.codec,
      decode: (...given: Parameters<typeof world.codec.decode>) =>
        registry === 'up'
          ? world.codec.decode(...given)
          : Promise.reject(new BatonError('registry-unavailable', 'down')),
    };
    const { consumer } = await world.started('a', { deps: { codec } });
    await world.clock.advance(600_000);
    expect(world.letters()).toEqual([]);
    expect(consumer.health()).toMatchObject({ kind: 'blocked', on: [{ code: 'registry-unavailable' }] });
    registry = 'up';
    await world.drained();
    expect(world.ids()).toEqual(['e1']);
    expect(consumer.health().kind).toBe('ready');
  });

  it('is parked once the registry has said no for long enough, and read if the schema comes before', async () => {
    const world = new ParkingWorld();
    world.put([1], { key: 'late' });
    world.codec.forgetSchema(3);
    await world.started('a');
    await world.drained();
    expect(world.ids()).toEqual(['e1']);
    world.codec.forgetSchema(1_000);
    world.put([1], { key: 'never' });
    await world.drained();
    expect(world.letters()).toMatchObject([{ because: 'unreadable', error: { code: 'unknown-schema-id' } }]);
  });
});

describe('parking', () => {
  it('commits past an event only once its letter is stored', async () => {
    const world = new ParkingWorld();
    world.append({ [headerNames.specVersion]: '1.0' });
    const good = world.put([1]);
    world.broker.network.fail({ operation: 'commit', how: 'lost-request', times: 8, process: 'a-letters' });
    const { consumer } = await world.started('a');
    await world.clock.advance(4_000);
    expect(world.letters()).toEqual([]);
    expect(world.committed(1)).toBe(0);
    expect(world.ids()).toEqual([good]);
    expect(consumer.health()).toMatchObject({ kind: 'blocked' });
    await world.drained();
    expect(world.letters()).toHaveLength(1);
    expect(consumer.health().kind).toBe('ready');
    expect(world.ids()).toEqual([good]);
  });

  it('takes many messages in few transactions', async () => {
    const world = new ParkingWorld({ maxRecords: 2_000 });
    for (let i = 0; i < 5_000; i += 1) world.append({ [headerNames.specVersion]: '1.0' }, '{}', `k${i}`);
    const began = world.clock.now();
    await world.started('a');
    await world.drained();
    expect(world.letters()).toHaveLength(5_000);
    expect(world.broker.network.requests('commit')).toBeLessThan(100);
    expect(world.clock.now() - began).toBeLessThan(5_000);
  });

  it('repeats nothing that was done above a parked event when the member is replaced', async () => {
    const world = new ParkingWorld();
    world.append({ [headerNames.specVersion]: '1.0' });
    for (let i = 0; i < 10; i += 1) world.put([1], { key: `k${i}` });
    world.broker.network.fail({
      operation: 'commit',
      how: 'lost-request',
      times: 1_000,
      process: 'a-letters',
    });
    const a = await world.started('a');
    await world.clock.advance(2_000);
    expect(world.handled).toHaveLength(10);
    expect(world.committed(1)).toBe(0);
    await world.clock.settle(a.consumer.stop());
    await world.started('b');
    await world.drained();
    // what the stopped member left open hides the letter until it times out
    await world.clock.advance(15_000);
    expect(world.handled).toHaveLength(10);
    expect(world.letters()).toHaveLength(1);
  });

  it('does not start without its topics', async () => {
    const world = new ParkingWorld();
    world.broker.deleteTopic('reminders.dead-letters');
    await expect(world.started('a')).rejects.toMatchObject({
      code: 'topic-missing',
      message: expect.stringContaining('reminders.dead-letters'),
    });
  });
});
