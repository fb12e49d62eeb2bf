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

  it('does not become longer when somebody sets the clock of the machine back', async () => {
    const world = new BookWorld({ maxRecords: 1_000 });
    for (let i = 0; i < 200; i += 1) world.put([1]);
    const { client } = await world.started('a', { onEvent: () => takes(world.clock, 100) });
    await world.clock.advance(1_000);
    client.process.disconnect();
    const cut = world.clock.now();
    client.process.step(-20_000);
    await world.clock.advance(60_000);
    expect((world.handled.at(-1)?.at ?? 0) - cut).toBeLessThanOrEqual(worldSettings.leaseMs + 100);
  });

  it('counts from when a heartbeat was sent, not from when its answer came', async () => {
    const world = new BookWorld({ maxRecords: 1_000 });
    for (let i = 0; i < 200; i += 1) world.put([1]);
    const a = world.consumer('a', { onEvent: () => takes(a.client.clock, 100) });
    await world.clock.settle(a.consumer.start());
    const { network } = world.broker;
    const heartbeats = network.requests('heartbeat');
    await world.clock.until(() => network.requests('heartbeat') > heartbeats);
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
