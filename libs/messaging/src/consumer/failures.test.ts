import { BatonError, headerNames } from '@baton/core';
import { BookEvent, BookWorld } from '@baton/testing';
import { handle } from './subscription';

describe('failing handlers', () => {
  it('are called again with growing pauses, the same event, one more attempt', async () => {
    const world = new BookWorld();
    world.put([1]);
    const tries: { attempt: number; at: number }[] = [];
    const { consumer } = await world.started('a', {
      onEvent: (_, { attempt }) => {
        tries.push({ attempt, at: world.clock.now() });
        if (attempt < 6) throw new Error('not yet');
      },
    });
    await world.drained();
    expect(tries.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6]);
    const pauses = tries.slice(1).map(({ at }, i) => at - (tries[i]?.at ?? 0));
    for (const [i, least] of [100, 200, 400, 800, 1_000].entries()) {
      expect(pauses[i]).toBeGreaterThanOrEqual(least);
      expect(pauses[i]).toBeLessThan(least + 50);
    }
    expect(consumer.stats().failures).toBe(5);
    expect(consumer.health()).toEqual({ kind: 'ready' });
  });

  it('block their partition and no other, and health says where', async () => {
    const world = new BookWorld({ partitions: 2 });
    const bad = world.put([1, 2], { partition: 0 });
    const behind = world.put([1, 2], { partition: 0 });
    const other = world.put([1, 2], { partition: 1 });
    let state: 'broken' | 'mended' = 'broken';
    const { consumer } = await world.started('a', {
      onEvent: ({ id }) => {
        if (id === bad && state === 'broken') throw new TypeError('poison');
      },
    });
    await world.clock.advance(5_000);
    expect(world.ids()).toEqual([other]);
    expect(consumer.health()).toEqual({
      kind: 'blocked',
      on: [
        {
          topic: world.topic(1),
          partition: 0,
          offset: 0,
          attempts: expect.any(Number),
          code: 'handler-failed',
          because: 'poison',
        },
      ],
    });
    expect(world.committed(1, 0)).toBe(0);
    expect(world.committed(1, 1)).toBe(1);
    state = 'mended';
    await world.drained();
    expect(world.ids()).toEqual([other, bad, behind]);
    expect(consumer.health()).toEqual({ kind: 'ready' });
  });

  it('are not awaited by a stop, and their event comes again elsewhere', async () => {
    const world = new BookWorld();
    const bad = world.put([1]);
    const a = await world.started('a', {
      onEvent: () => {
        throw new Error('poison');
      },
    });
    await world.clock.advance(3_000);
    await world.clock.settle(a.consumer.stop(), 1_000);
    expect(world.committed(1)).toBe(0);
    await world.started('b');
    await world.drained();
    expect(world.ids()).toEqual([bad]);
  });
});

describe('unreadable messages', () => {
  it('are tried again while their schema is unknown, and never skipped', async () => {
    const world = new BookWorld();
    world.put([1]);
    world.put([1]);
    world.codec.forgetSchema(5);
    const { consumer } = await world.started('a');
    await world.clock.advance(1_000);
    expect(consumer.health()).toMatchObject({ kind: 'blocked', on: [{ code: 'unknown-schema-id' }] });
    expect(world.handled).toEqual([]);
    await world.drained();
    expect(world.ids()).toEqual(['e1', 'e2']);
  });

  it.each([
    ['no id', { [headerNames.id]: '' }],
    ['published versions without its own', { [headerNames.publishedVersions]: '2' }],
    ['published versions that are no list', { [headerNames.publishedVersions]: 'one' }],
    ['a createdAt that is no instant', { [headerNames.time]: 'yesterday' }],
    ['the type of another topic', { [headerNames.type]: 'lending.Other' }],
  ])('block their partition if their headers have %s', async (_, broken) => {
    const world = new BookWorld();
    const headers = {
      [headerNames.specVersion]: '1.0',
      [headerNames.id]: 'x',
      [headerNames.source]: 's',
      [headerNames.type]: BookEvent.name,
      [headerNames.time]: new Date(world.clock.now()).toISOString(),
      [headerNames.publishedVersions]: '1',
      ...broken,
    };
    const value = Buffer.from('{"n":1}');
    const timestamp = world.clock.now();
    world.broker.append({ topic: world.topic(1), partition: 0, key: 'k', value, headers, timestamp });
    const { consumer } = await world.started('a');
    await world.clock.advance(3_000);
    expect(consumer.health()).toMatchObject({
      kind: 'blocked',
      on: [{ topic: world.topic(1), partition: 0, offset: 0, code: 'malformed-headers' }],
    });
    expect(world.handled).toEqual([]);
    expect(world.committed(1)).toBe(0);
  });
});

describe('set-up', () => {
  it('does not start without its topics or schemas, and says that it failed', async () => {
    const world = new BookWorld();
    world.broker.deleteTopic(world.topic(2));
    const a = world.consumer('a');
    await expect(world.clock.settle(a.consumer.start())).rejects.toMatchObject({ code: 'topic-missing' });
    await expect(world.clock.settle(a.consumer.finished)).rejects.toMatchObject({ code: 'topic-missing' });
    expect(a.consumer.health().kind).toBe('failed');

    const prepare = () => Promise.reject(new BatonError('schema-not-registered', 'no schema'));
    const b = world.consumer('b', { deps: { codec: { ...world.codec, prepare } } });
    await expect(b.consumer.start()).rejects.toMatchObject({ code: 'schema-not-registered' });
    await expect(world.clock.settle(b.consumer.finished)).rejects.toMatchObject({
      code: 'schema-not-registered',
    });
  });

  it('refuses version topics with unequal partition counts', async () => {
    const world = new BookWorld();
    world.broker.createTopic(world.topic(2), { partitions: 2 });
    await expect(world.started('a')).rejects.toMatchObject({
      code: 'topic-misconfigured',
      message: expect.stringContaining(`${world.topic(2)} has 2`),
    });
  });

  it('refuses no event type, and one named twice', () => {
    const world = new BookWorld();
    const once = handle(BookEvent, { 2: async () => {} });
    for (const on of [[], [once, once]]) {
      expect(() => world.consumer('a', { deps: { on } })).toThrow(
        expect.objectContaining({ code: 'invalid-configuration' }),
      );
    }
  });

  it('puts middleware around every handler', async () => {
    const world = new BookWorld();
    world.put([1]);
    const seen: string[] = [];
    await world.started('a', {
      deps: {
        middleware: [
          (next) => async (event, context) => {
            seen.push(event.id);
            await next(event, context);
          },
        ],
      },
    });
    await world.drained();
    expect(seen).toEqual(['e1']);
    expect(world.ids()).toEqual(['e1']);
  });
});
