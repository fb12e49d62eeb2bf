import {
  defaultTimeline,
  defineEventType,
  instantFromMillis,
  publishedVersions,
  toHeaders,
  topicOf,
  version,
} from '@baton/core';
import { BookWorld } from '@baton/testing';
import { ParkingWorld } from '../../test/parking-world';
import { handle } from '../consumer/subscription';

const Returned = defineEventType<{ 1: { n: number } }, 1>({
  name: 'lending.BooksReturned',
  kind: 'event',
  newest: 1,
  versions: { 1: { schema: {} } },
  downcasts: {},
  upcasts: {},
});

const putReturned = (world: ParkingWorld): void => {
  const topic = topicOf(Returned.name, version(1));
  world.broker.createTopic(topic, { partitions: 1 });
  world.bindings.record(Returned.name, defaultTimeline(version(1)));
  const createdAt = instantFromMillis(world.clock.now());
  const published = publishedVersions([1]);
  world.broker.append({
    topic,
    partition: 0,
    key: 'r',
    value: Buffer.from('{"n":1}'),
    headers: toHeaders(
      { id: 'r1', source: 'put', type: Returned.name, createdAt, published },
      '/subjects/x/versions/1',
    ),
    timestamp: createdAt,
  });
};

describe('a parked event that comes back to a release without its event type', () => {
  it('is parked again under its own name, and handled once the right release is back', async () => {
    const world = new ParkingWorld();
    putReturned(world);
    const handled: string[] = [];
    let state: 'broken' | 'mended' = 'broken';
    const deps = {
      settings: { attempts: 1 },
      on: [
        handle(Returned, {
          1: async ({ id }) => {
            if (state === 'broken') throw new TypeError('poison');
            handled.push(id);
          },
        }),
      ],
    };
    const right = await world.started('right', { deps });
    await world.clock.until(() => world.letters().length === 1);
    await world.clock.settle(right.consumer.stop());
    state = 'mended';

    const wrong = await world.started('wrong');
    await world.replay();
    await world.clock.until(() => world.letters().length === 2);
    expect(world.letters().at(-1)).toMatchObject({ eventType: Returned.name, version: 1, key: 'r' });
    await world.drained();
    await world.clock.settle(wrong.consumer.stop());

    await world.started('right-again', { deps });
    await world.replay();
    await world.clock.until(() => handled.length > 0);
    expect(handled).toEqual(['r1']);
    expect(await world.openLetters()).toEqual([]);
  });
});

describe('a member of a release that parks nothing', () => {
  it('handles nothing beside members that do: an event could overtake a parked one of its key', async () => {
    const world = new ParkingWorld({ partitions: 2 });
    let state: 'broken' | 'mended' = 'broken';
    const onEvent = ({ id }: { readonly id: string }): void => {
      if (state === 'broken' && bad.has(id)) throw new TypeError('poison');
    };
    const bad = new Set([0, 1].map((partition) => world.put([1], { key: `k${partition}`, partition })));
    await world.started('parks', { onEvent, deps: { settings: { attempts: 1, leaseMs: 6_000 } } });
    await world.drained();
    void BookWorld.prototype.consumer.call(world, 'older', { onEvent }).consumer.start();
    await world.clock.advance(10_000);
    const later = [0, 1].map((partition) => world.put([1], { key: `k${partition}`, partition }));
    await world.clock.advance(5_000);
    state = 'mended';
    await world.replay();
    await world.drained();
    for (const [i, first] of [...bad].entries()) {
      const own = world.handled.filter(({ key }) => key === `k${i}`).map(({ id }) => id);
      expect(own).toEqual([first, later[i]]);
    }
  });
});
