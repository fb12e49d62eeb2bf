import { bind, defaultTimeline } from '@baton/core';
import { BookEvent, BookWorld } from '@baton/testing';

const boundWorld = (sinceMs: number, options: ConstructorParameters<typeof BookWorld>[0] = {}) => {
  const world = new BookWorld(options);
  world.bindings.record(
    BookEvent.name,
    bind(defaultTimeline(world.version(1)), { since: world.in(sinceMs), version: world.version(2) }),
  );
  return world;
};

const versions = (world: BookWorld) => world.handled.map(({ id, version }) => `${id}:v${version}`);

describe('the rule', () => {
  it('handles each event in the version that counts at its createdAt, and the other never', async () => {
    const world = boundWorld(500);
    const before = world.put([1, 2], { createdAt: world.in(499) });
    const after = world.put([1, 2], { createdAt: world.in(500) });
    const { consumer } = await world.started('a');
    await world.drained();

    expect(versions(world)).toEqual([`${before}:v1`, `${after}:v2`]);
    expect(consumer.stats().processed.get(world.topic(1))).toBe(1);
    expect(consumer.stats().skipped).toEqual(
      new Map([
        [world.topic(1), 1],
        [world.topic(2), 1],
      ]),
    );
  });

  it('decides from headers alone: what it skips is never decoded', async () => {
    const world = boundWorld(-1_000);
    for (let i = 0; i < 10; i += 1) world.put([1, 2]);
    await world.started('a');
    await world.drained();
    expect(world.handled).toHaveLength(10);
    expect(world.codec.decoded()).toBe(10);
  });

  it('handles events that exist in one version only, whatever the binding says', async () => {
    const world = boundWorld(0);
    const lateOne = world.put([1], { createdAt: world.in(500) });
    const earlyTwo = world.put([2], { createdAt: world.in(-500) });
    await world.started('a');
    await world.drained();
    expect(versions(world).sort()).toEqual([`${lateOne}:v1`, `${earlyTwo}:v2`].sort());
  });

  it('counts messages without headers in their own version, created at their timestamp', async () => {
    const world = boundWorld(0);
    for (const v of [1, 2]) {
      world.broker.append({
        topic: world.topic(v),
        partition: 0,
        key: 'k',
        value: Buffer.from('{"n":1}'),
        headers: {},
        timestamp: world.in(-500),
      });
    }
    await world.started('a');
    await world.drained();
    expect(versions(world).sort()).toEqual([`${world.topic(1)}-0-0:v1`, `${world.topic(2)}-0-0:v2`]);
  });

  it('never shows what was aborted, and passes batches that hold nothing else', async () => {
    const world = boundWorld(-1_000);
    const producing = world.broker.connect('writer').createProducer('t');
    const producer = await world.clock.settle(producing);
    const record = {
      topic: world.topic(2),
      partition: 0,
      key: 'k',
      value: Buffer.from('{"n":1}'),
      headers: {},
      timestamp: world.clock.now(),
    };
    await world.clock.settle(producer.begin());
    await world.clock.settle(producer.send([record, record]));
    await world.clock.settle(producer.abort());
    await world.started('a');
    await world.drained();
    expect(world.handled).toEqual([]);
    expect(world.committed(2)).toBe(3);
  });
});
