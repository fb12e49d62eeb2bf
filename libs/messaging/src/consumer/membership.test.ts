import type { Clock } from '@baton/messaging';
import { BookEvent, BookWorld, worldSettings } from '@baton/testing';

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

describe('the lease', () => {
  it('starts no event after the session timeout without a confirmed heartbeat', async () => {
    const world = new BookWorld({ maxRecords: 1_000 });
    for (let i = 0; i < 200; i += 1) world.put([1]);
    const { client } = await world.started('a', { onEvent: () => takes(world.clock, 100) });
    await world.clock.advance(1_000);
    client.process.disconnect();
    const cut = world.clock.now();
    await world.clock.advance(30_000);
    const last = world.handled.at(-1)?.at ?? 0;
    expect(last - cut).toBeGreaterThan(4_000);
    expect(last - cut).toBeLessThanOrEqual(worldSettings.leaseMs + 100);
    expect(world.committed(1)).toBeLessThan(11);
  });

  it('counts from when a heartbeat was sent, not from when its answer came', async () => {
    const world = new BookWorld({ maxRecords: 1_000 });
    for (let i = 0; i < 200; i += 1) world.put([1]);
    const a = world.consumer('a', { onEvent: () => takes(a.client.clock, 100) });
    await world.clock.settle(a.consumer.start());
    const { network } = world.broker;
    const heartbeats = network.requests('join');
    await world.clock.until(() => network.requests('join') > heartbeats);
    const sentAt = world.clock.now();
    await world.clock.advance(1);
    a.client.process.freeze();
    await world.clock.advance(worldSettings.leaseMs - 500);
    a.client.process.thaw();
    await world.clock.advance(1);
    a.client.process.disconnect();
    await world.clock.advance(20_000);
    const last = world.handled.at(-1)?.at ?? 0;
    expect(last).toBeGreaterThan(sentAt + worldSettings.leaseMs - 500);
    expect(last).toBeLessThanOrEqual(sentAt + worldSettings.leaseMs + 100);
  });

  it('goes on where it stood once the line is back, handling everything at least once', async () => {
    const world = new BookWorld();
    for (let i = 0; i < 100; i += 1) world.put([1]);
    const { client } = await world.started('a', { onEvent: () => takes(world.clock, 100) });
    await world.clock.advance(1_000);
    client.process.disconnect();
    await world.clock.advance(20_000);
    client.process.reconnect();
    await world.drained();
    expect(new Set(world.ids()).size).toBe(100);
  });

  it('lets a zombie finish the event in hand and nothing more, and its commits change nothing', async () => {
    const world = new BookWorld({ partitions: 2, maxRecords: 1_000 });
    const zombie = world.consumer('zombie', { onEvent: () => takes(zombie.client.clock, 100) });
    await world.clock.settle(zombie.consumer.start());
    for (let i = 0; i < 60; i += 1) world.put([1], { partition: i % 2 });
    await world.clock.advance(1_050);
    const before = world.handled.length;
    zombie.client.process.freeze();
    await world.started('heir');
    await world.drained();
    const committed = [world.committed(1, 0), world.committed(1, 1)];
    zombie.client.process.thaw();
    await world.clock.advance(50);
    await world.clock.until(() => isSettled(world, 2));

    const byZombie = world.handled.filter(({ instance }) => instance === 'zombie');
    expect(byZombie.length).toBeLessThanOrEqual(before + 2);
    expect([world.committed(1, 0), world.committed(1, 1)]).toEqual(committed);
    expect(new Set(world.ids()).size).toBe(60);
  });

  it('replaces a killed member after the session timeout, losing nothing', async () => {
    const world = new BookWorld({ partitions: 2 });
    for (let i = 0; i < 60; i += 1) world.put([1, 2], { partition: i % 2 });
    const a = world.consumer('a', { onEvent: () => takes(a.client.clock, 50) });
    await world.clock.settle(a.consumer.start());
    await world.started('b', { onEvent: () => takes(world.clock, 50) });
    await world.clock.advance(300);
    a.client.process.kill();
    await world.drained();
    expect(new Set(world.ids()).size).toBe(60);
  });

  it('commits only in the generation in which the batch began', async () => {
    const world = new BookWorld({ partitions: 1 });
    for (let i = 0; i < 5; i += 1) world.put([1]);
    let finish = () => {};
    const slow = await world.started('slow', {
      onEvent: () =>
        new Promise<void>((done) => {
          finish = done;
        }),
    });
    await world.clock.advance(100);
    slow.client.process.disconnect();
    await world.started('heir');
    await world.drained();
    expect(world.committed(1)).toBe(5);
    slow.client.process.reconnect();
    finish();
    await world.clock.advance(5_000);
    expect(world.committed(1)).toBe(5);
    expect(world.handled.filter(({ instance }) => instance === 'slow').map(({ id }) => id)).toEqual(['e1']);
  });
});

describe('what is known before the first record', () => {
  it('registers the lowest version it handles as the default, once', async () => {
    const world = new BookWorld();
    await world.started('a');
    await world.started('b');
    expect(world.bindings.registrations).toEqual([
      expect.objectContaining({ eventType: BookEvent.name, defaultVersion: 1, handles: [1, 2] }),
    ]);
  });

  it('passes nothing before the control log was read to its end in this generation', async () => {
    const world = new BookWorld();
    world.put([1, 2]);
    await world.clock.advance(10);
    const since = world.in(-5);
    world.bindings.state = 'unreachable';
    world.bindings.bind(BookEvent.name, { since, version: world.version(2) });
    world.put([1, 2]);
    const { consumer } = world.consumer('a');
    const starting = consumer.start();
    await world.clock.advance(5_000);
    expect(consumer.health()).toEqual({ kind: 'starting' });
    expect(world.handled).toEqual([]);
    expect(world.committed(2)).toBeUndefined();
    world.bindings.state = 'reachable';
    await world.clock.settle(starting);
    await world.drained();
    expect(world.handled.map(({ version }) => version)).toEqual([1, 2]);
  });

  it('refuses to start without a handler for the version it is bound to', async () => {
    const world = new BookWorld();
    world.bindings.bind(BookEvent.name, { since: world.in(-500), version: world.version(2) });
    world.put([1, 2]);
    const { consumer } = world.consumer('a', { reads: [1] });
    await expect(world.clock.settle(consumer.start())).rejects.toMatchObject({ code: 'missing-handler' });
    await expect(world.clock.settle(consumer.finished)).rejects.toMatchObject({ code: 'missing-handler' });
    expect(consumer.health()).toMatchObject({ kind: 'failed', because: expect.stringContaining('v2') });
    expect(world.handled).toEqual([]);
    expect(world.broker.group(world.group).describe().state).toBe('Empty');
  });

  it('refuses to go on behind what retention deleted', async () => {
    const world = new BookWorld();
    for (let i = 0; i < 4; i += 1) world.put([1, 2]);
    const first = await world.started('a');
    await world.drained();
    await world.clock.settle(first.consumer.stop());
    for (let i = 0; i < 6; i += 1) world.put([1, 2]);
    world.broker.log(world.topic(1)).deleteBefore(7);
    const { consumer } = world.consumer('b');
    await expect(world.clock.settle(consumer.start())).rejects.toMatchObject({
      code: 'data-lost-to-retention',
      details: { offset: 4, first: 7, end: 10 },
    });
    expect(world.handled).toHaveLength(4);
    expect(world.committed(1)).toBe(4);
  });

  it('stops when retention overtakes it while it runs', async () => {
    const world = new BookWorld({ maxRecords: 2 });
    for (let i = 0; i < 10; i += 1) world.put([1]);
    const { consumer } = await world.started('a', {
      onEvent: () => {
        world.broker.log(world.topic(1)).deleteBefore(8);
      },
    });
    await expect(world.clock.settle(consumer.finished)).rejects.toMatchObject({
      code: 'data-lost-to-retention',
    });
    expect(world.ids()).toEqual(['e1', 'e2']);
  });

  it('waits for a broker that does not answer yet', async () => {
    const world = new BookWorld();
    world.put([1, 2]);
    world.broker.network.fail({ operation: 'read-offsets', how: 'lost-response', times: 6 });
    await world.started('a');
    await world.drained();
    expect(world.ids()).toEqual(['e1']);
  });

  it('is not ready before the first assignment is, though a rebalance comes between', async () => {
    const world = new BookWorld({ partitions: 2 });
    const b = world.consumer('b');
    const a = world.consumer('a');
    world.bindings.state = 'unreachable';
    const starting = a.consumer.start();
    await world.clock.advance(1_000);
    const other = b.consumer.start();
    let started = false;
    void starting.then(() => {
      started = true;
    });
    await world.clock.advance(5_000);
    expect(started).toBe(false);
    world.bindings.state = 'reachable';
    await world.clock.settle(Promise.all([starting, other]));
    expect(a.consumer.health()).toEqual({ kind: 'ready' });
  });
});
