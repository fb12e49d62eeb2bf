import { BookEvent, BookWorld } from '@baton/testing';
import { silentLogger } from '../ports/runtime';

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

  it('refuses an older release in a group that was rolled back: it would run ahead of v2 records that wait', async () => {
    const world = new BookWorld();
    world.bindings.bind(BookEvent.name, { since: world.in(-1_000), version: world.version(2) });
    world.bindings.bind(BookEvent.name, { since: world.in(-500), version: world.version(1) });
    const old = world.consumer('a', { reads: [1] });
    await expect(world.clock.settle(old.consumer.start())).rejects.toMatchObject({ code: 'missing-handler' });
    const current = world.consumer('b', { reads: [1, 2] });
    await world.clock.settle(current.consumer.start());
    expect(current.consumer.health()).toEqual({ kind: 'ready' });
  });

  it('tells a new group how many records of older versions it does not see', async () => {
    const world = new BookWorld();
    world.put([1]);
    world.put([1, 2]);
    const warnings: object[] = [];
    const logger = { ...silentLogger, warn: (fields: object) => void warnings.push(fields) };
    await world.started('a', { reads: [2], deps: { logger } });
    expect(warnings).toContainEqual(expect.objectContaining({ topic: world.topic(1), records: 2 }));
  });

  it('refuses to leave out a version of which events wait to be handled, and leaves it out once they are', async () => {
    const world = new BookWorld();
    const first = await world.started('a');
    await world.clock.settle(first.consumer.stop());
    world.put([1, 2]);
    await world.clock.advance(1_000);
    world.bindings.bind(BookEvent.name, { since: world.in(0), version: world.version(2) });
    await world.clock.advance(3_000);
    world.put([1, 2]);
    const early = world.consumer('b', { reads: [2] });
    await expect(world.clock.settle(early.consumer.start())).rejects.toMatchObject({
      code: 'missing-handler',
    });
    const both = await world.started('c');
    await world.drained();
    await world.clock.settle(both.consumer.stop());
    const late = world.consumer('d', { reads: [2] });
    await world.clock.settle(late.consumer.start());
    expect(late.consumer.health()).toEqual({ kind: 'ready' });
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
