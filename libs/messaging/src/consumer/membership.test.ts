import type { Clock } from '@baton/messaging';
import { BookWorld, worldSettings } from '@baton/testing';

/** Resolves after `ms` as the process has them; a frozen process takes longer. */
const takes = (clock: Clock, ms: number) =>
  new Promise<void>((done) => {
    clock.after(ms, done);
  });

const isSettled = (world: BookWorld, members: number): boolean => {
  const { state, members: present } = world.broker.group(world.group).describe();
  return state === 'Stable' && present.length === members;
};

describe('membership', () => {
  it('shares partitions between members and hands everything over when one leaves', async () => {
    const world = new BookWorld({ partitions: 4 });
    const a = await world.started('a');
    await world.started('b');
    await world.clock.until(() => isSettled(world, 2));
    for (let i = 0; i < 40; i += 1) world.put([1, 2], { partition: i % 4 });
    await world.drained();
    expect(new Set(world.handled.map(({ instance }) => instance)).size).toBe(2);

    await world.clock.settle(a.consumer.stop());
    for (let i = 0; i < 40; i += 1) world.put([1, 2], { partition: i % 4 });
    await world.drained();
    expect(world.handled).toHaveLength(80);
    expect(new Set(world.handled.slice(40).map(({ instance }) => instance))).toEqual(new Set(['b']));
  });

  it('handles nothing twice when members come and go in order', async () => {
    const world = new BookWorld({ partitions: 3, maxRecords: 3 });
    for (let i = 0; i < 300; i += 1) world.put([1, 2], { partition: i % 3 });
    const onEvent = () => takes(world.clock, 5);
    const a = await world.started('a', { onEvent });
    await world.clock.advance(100);
    const b = await world.started('b', { onEvent });
    await world.clock.advance(100);
    await world.clock.settle(a.consumer.stop());
    await world.clock.advance(100);
    await world.started('c', { onEvent });
    await world.clock.settle(b.consumer.stop());
    await world.drained();
    expect(world.handled).toHaveLength(300);
    expect(new Set(world.ids()).size).toBe(300);
  });

  it('finishes the event in hand, commits it and no more, when the group rebalances', async () => {
    const world = new BookWorld({ partitions: 1 });
    for (let i = 0; i < 10; i += 1) world.put([1]);
    let finish = () => {};
    await world.started('a', {
      onEvent: () =>
        new Promise<void>((done) => {
          finish = done;
        }),
    });
    await world.clock.advance(50);
    const b = world.consumer('b');
    const starting = b.consumer.start();
    await world.clock.advance(2_000);
    expect(world.handled).toHaveLength(0);
    finish();
    await world.clock.advance(5);
    expect(world.ids()).toEqual(['e1']);
    await world.clock.settle(starting);
    expect(world.committed(1)).toBe(1);
    await world.clock.settle(b.consumer.stop());
  });

  it('commits starting positions, so that empty partitions have evidence', async () => {
    const world = new BookWorld({ partitions: 2 });
    await world.started('a', { deps: { settings: { ...worldSettings, commitIntervalMs: 60_000 } } });
    const isCommitted = () => [1, 2].every((v) => [0, 1].every((p) => world.committed(v, p) === 0));
    await world.clock.until(isCommitted, 1_000);
  });

  it('begins at the earliest record where nothing is committed', async () => {
    const world = new BookWorld();
    for (let i = 0; i < 4; i += 1) world.put([1, 2]);
    world.broker.log(world.topic(1)).deleteBefore(2);
    await world.started('a');
    await world.drained();
    expect(world.ids()).toEqual(['e3', 'e4']);
  });

  it('stops gracefully: finishes the event in hand, commits and leaves', async () => {
    const world = new BookWorld();
    for (let i = 0; i < 10; i += 1) world.put([1]);
    const { consumer } = await world.started('a', { onEvent: () => takes(world.clock, 100) });
    await world.clock.advance(250);
    await world.clock.settle(consumer.stop());
    await world.clock.settle(consumer.stop());
    await consumer.finished;
    expect(consumer.health()).toEqual({ kind: 'stopped' });
    expect(world.committed(1)).toBe(world.handled.length);
    expect(world.handled.length).toBeGreaterThan(0);
    expect(world.handled.length).toBeLessThan(10);
    expect(world.broker.group(world.group).describe().state).toBe('Empty');

    const commits = world.broker.network.requests('commit-offsets');
    const handled = world.handled.length;
    world.put([1]);
    await world.clock.advance(60_000);
    expect(world.broker.network.requests('commit-offsets')).toBe(commits);
    expect(world.handled).toHaveLength(handled);
  });

  it('tells a handler that its event is lost, and leaves without it after a while', async () => {
    const world = new BookWorld();
    world.put([1]);
    let aborted = false;
    const { consumer } = await world.started('a', {
      onEvent: (_, { signal }) =>
        new Promise<void>((done) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            done();
          });
        }),
    });
    await world.clock.advance(100);
    await world.clock.settle(consumer.stop(), worldSettings.drainMs + 1_000);
    expect(aborted).toBe(true);
    expect(world.committed(1)).toBe(0);
  });

  it('can be stopped before it was started, and while it starts', async () => {
    const world = new BookWorld();
    const never = world.consumer('never');
    await world.clock.settle(never.consumer.stop());
    await expect(never.consumer.start()).rejects.toMatchObject({ code: 'invalid-argument' });

    const early = world.consumer('early');
    const starting = early.consumer.start();
    const stopping = early.consumer.stop();
    await world.clock.settle(Promise.all([starting, stopping]));
    world.put([1, 2]);
    await world.clock.advance(10_000);
    expect(world.handled).toEqual([]);
    expect(world.broker.groupReader.describe(world.group)).resolves.toMatchObject({ members: [] });
  });
});
