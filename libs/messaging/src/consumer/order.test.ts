import { bind, defaultTimeline } from '@baton/core';
import type { Spread, TransactionalProducer } from '@baton/messaging';
import { BookEvent, BookWorld, type Handled, worldSettings } from '@baton/testing';

const bound = (world: BookWorld, ...cuts: readonly [number, number][]) => {
  const line = cuts.reduce(
    (timeline, [ms, v]) => bind(timeline, { since: world.in(ms), version: world.version(v) }),
    defaultTimeline(world.version(1)),
  );
  world.bindings.record(BookEvent.name, line);
};

const numbers = (handled: readonly Handled[]) => handled.map(({ n }) => n);

const openTransaction = async (world: BookWorld, v: number): Promise<TransactionalProducer> => {
  const producer = await world.clock.settle(world.broker.connect('other').createProducer('other'));
  await world.clock.settle(producer.begin());
  await world.clock.settle(
    producer.send([
      {
        topic: world.topic(v),
        partition: 0,
        key: 'x',
        value: Buffer.from('{"n":-1}'),
        headers: {},
        timestamp: world.in(-800),
      },
    ]),
  );
  return producer;
};

const countOf = (spread: Spread | undefined): number | undefined =>
  spread?.counts.reduce((all, count) => all + count, 0);

describe('order across a cut', () => {
  it('holds v2 until the whole backlog of v1 is committed', async () => {
    const world = new BookWorld({ maxRecords: 5 });
    bound(world, [-100, 2]);
    for (let n = 1; n <= 40; n += 1) world.put([1, 2], { n, createdAt: world.in(-200 + n) });
    for (let n = 41; n <= 50; n += 1) world.put([1, 2], { n, createdAt: world.in(-60 + n) });
    const committedBefore: (number | undefined)[] = [];
    const { consumer } = await world.started('a', {
      onEvent: async (_, { responsible }) => {
        if (responsible === 1) await new Promise<void>((done) => world.clock.after(20, done));
        else committedBefore.push(world.committed(1));
      },
    });
    await world.drained();
    expect(committedBefore).toHaveLength(10);
    expect(committedBefore.every((offset) => offset !== undefined && offset >= 40)).toBe(true);

    expect(numbers(world.handled)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(world.handled.map(({ version }) => version)).toEqual([
      ...Array<number>(40).fill(1),
      ...Array<number>(10).fill(2),
    ]);
    expect(consumer.stats().holds).toBeGreaterThan(0);
    expect(consumer.stats().heldNow).toBe(0);
    expect(consumer.stats().stragglers).toBe(0);
    const { holds, holdTimes, handlerTimes } = consumer.stats();
    expect(countOf(holdTimes.get(BookEvent.name))).toBe(holds);
    expect(holdTimes.get(BookEvent.name)?.sum).toBeGreaterThan(0);
    expect(countOf(handlerTimes.get(world.topic(1))?.done)).toBe(40);
    expect(handlerTimes.get(world.topic(1))?.done.sum).toBeCloseTo(40 * 0.02);
  });

  it('waits for what is committed, not for the position', async () => {
    const world = new BookWorld();
    bound(world, [-100, 2]);
    world.put([1, 2], { createdAt: world.in(-200) });
    const second = world.put([1, 2], { createdAt: world.in(-50) });
    world.broker.network.fail({ operation: 'commit-offsets', how: 'lost-request', times: 4 });
    let committedBefore: number | undefined;
    await world.started('a', {
      onEvent: ({ id }) => {
        if (id === second) committedBefore = world.committed(1);
      },
    });
    await world.drained();
    expect(world.ids()).toEqual(['e1', 'e2']);
    expect(committedBefore).toBe(2);
  });

  it('goes on as soon as v1 has caught up, whatever the commit interval', async () => {
    const world = new BookWorld();
    bound(world, [-100, 2]);
    for (let n = 1; n <= 5; n += 1) world.put([1, 2], { n, createdAt: world.in(-200 + n) });
    world.put([1, 2], { n: 6 });
    const { consumer } = await world.started('a', {
      onEvent: () =>
        new Promise<void>((done) => {
          world.clock.after(20, done);
        }),
      deps: { settings: { ...worldSettings, commitIntervalMs: 60_000 } },
    });
    await world.clock.until(() => world.handled.length === 6, 2_000);
    expect(consumer.stats().holds).toBeGreaterThan(0);
    expect(numbers(world.handled)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('waits for an open transaction, whose records lie below the end already', async () => {
    const world = new BookWorld();
    bound(world, [-700, 2]);
    const producer = await openTransaction(world, 1);
    const held = world.put([1, 2]);
    const { consumer } = await world.started('a');
    await world.clock.advance(5_000);
    expect(world.ids()).toEqual([]);
    expect(consumer.stats().heldNow).toBe(1);

    await world.clock.settle(producer.commit());
    await world.drained();
    expect(world.handled.map(({ id, version }) => [id, version])).toEqual([
      [`${world.topic(1)}-0-0`, 1],
      [held, 2],
    ]);
  });

  it('is released by an aborted transaction too, and by one that times out', async () => {
    const world = new BookWorld({ transactionTimeoutMs: 3_000 });
    bound(world, [-700, 2]);
    await openTransaction(world, 1);
    const held = world.put([1, 2]);
    await world.started('a');
    await world.clock.advance(1_000);
    expect(world.ids()).toEqual([]);
    await world.drained();
    expect(world.ids()).toEqual([held]);
  });

  it('never lets an event wait that lacks the version the timeline names', async () => {
    const world = new BookWorld();
    bound(world, [-700, 2], [-300, 1]);
    const producer = await openTransaction(world, 1);
    const older = world.put([2], { createdAt: world.in(-900) });
    const newer = world.put([2], { createdAt: world.in(-100) });
    await world.started('a');
    await world.clock.advance(500);
    expect(world.ids()).toEqual([older, newer]);
    await world.clock.settle(producer.abort());
  });

  it('keeps order through a roll back and forward again', async () => {
    const world = new BookWorld({ maxRecords: 3 });
    bound(world, [-800, 2], [-600, 1], [-400, 2], [-200, 1]);
    for (let n = 1; n <= 50; n += 1) world.put([1, 2], { n, createdAt: world.in(-1_000 + n * 20) });
    const { consumer } = await world.started('a');
    await world.drained();
    expect(numbers(world.handled)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(consumer.stats().stragglers).toBe(0);
  });

  it('waits anew for what was published since, when it comes back to a version within one generation', async () => {
    const world = new BookWorld();
    bound(world, [500, 2], [1_000, 1], [1_500, 2]);
    const { consumer } = await world.started('a', {
      onEvent: (_, { responsible }) =>
        new Promise<void>((done) => {
          world.clock.after(responsible === 1 ? 60 : 1, done);
        }),
    });
    for (let n = 1; n <= 100; n += 1) {
      world.put([1, 2], { n });
      await world.clock.advance(20);
    }
    await world.drained();
    expect(numbers(world.handled)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(new Set(world.handled.map(({ version }) => version))).toEqual(new Set([1, 2]));
    expect(consumer.stats().rebalances).toBe(1);
  });

  it('breaks a cycle of holds at the older record', async () => {
    const world = new BookWorld();
    bound(world, [-600, 2], [-300, 1]);
    world.put([1], { n: 3, createdAt: world.in(-200) });
    world.put([1], { n: 4, createdAt: world.in(-190) });
    world.put([2], { n: 1, createdAt: world.in(-500) });
    world.put([2], { n: 2, createdAt: world.in(-400) });
    await world.started('a');
    await world.drained(10_000);
    expect(numbers(world.handled)).toEqual([1, 2, 3, 4]);
  });

  it('breaks cycles that close again and again', async () => {
    const world = new BookWorld({ maxRecords: 2 });
    bound(world, [-800, 2], [-600, 1], [-400, 2], [-200, 1]);
    const mixed = [-100, -700, -500, -300, -450, -650, -150, -350, -750, -550];
    for (const ms of mixed) world.put([1, 2], { createdAt: world.in(ms) });
    await world.started('a');
    await world.drained(20_000);
    expect(new Set(world.ids()).size).toBe(mixed.length);
    expect(world.handled).toHaveLength(mixed.length);
  });

  it('processes a straggler as v1, and counts it once, though it fails at first', async () => {
    const world = new BookWorld();
    bound(world, [-500, 2]);
    world.put([1, 2], { createdAt: world.in(-600) });
    world.put([1, 2]);
    let failures = 2;
    const { consumer } = await world.started('a', {
      onEvent: ({ id }) => {
        if (id !== 'e3' || failures === 0) return;
        failures -= 1;
        throw new Error('not yet');
      },
    });
    await world.drained();
    expect(consumer.stats().stragglers).toBe(0);
    world.put([1, 2], { createdAt: world.in(-60_000) });
    await world.drained();
    expect(world.handled.map(({ id, version }) => [id, version]).at(-1)).toEqual(['e3', 1]);
    expect(consumer.stats().stragglers).toBe(1);
    world.put([1, 2]);
    await world.drained();
    expect(consumer.stats().stragglers).toBe(1);
  });

  it('does not take the events after a roll back for stragglers', async () => {
    const world = new BookWorld();
    bound(world, [-500, 2], [-300, 1]);
    world.put([1, 2], { createdAt: world.in(-600) });
    world.put([1, 2], { createdAt: world.in(-400) });
    world.put([1, 2], { createdAt: world.in(-200) });
    const { consumer } = await world.started('a');
    await world.drained();
    world.put([1, 2]);
    await world.drained();
    expect(world.handled.map(({ version }) => version)).toEqual([1, 2, 1, 1]);
    expect(consumer.stats().stragglers).toBe(0);
  });

  it('does not hold what a member reads alone', async () => {
    const world = new BookWorld();
    bound(world, [-500, 2]);
    await openTransaction(world, 1);
    const id = world.put([1, 2]);
    await world.started('a', { reads: [2] });
    await world.clock.until(() => world.ids().includes(id), 1_000);
  });

  it('holds one partition only', async () => {
    const world = new BookWorld({ partitions: 2 });
    bound(world, [-700, 2]);
    await openTransaction(world, 1);
    const held = world.put([1, 2], { partition: 0 });
    const free = world.put([1, 2], { partition: 1 });
    await world.started('a');
    await world.clock.advance(1_000);
    expect(world.ids()).toEqual([free]);
    await world.drained();
    expect(world.ids()).toEqual([free, held]);
  });
});
