import { instantFromMillis } from '@baton/core';
import { BookEvent, BookWorld, MemoryBindings } from '@baton/testing';

const name = BookEvent.name;

const propose = (world: BookWorld, ms: number, version = 2, id = 'p1') => {
  const since = world.in(ms);
  world.bindings.propose(name, { id, since, version: world.version(version) });
  return since;
};

/** Publishes an event every 100 ms, twins at once. */
const traffic = (world: BookWorld, until: number): void => {
  if (world.clock.now() >= until) return;
  world.put([1, 2]);
  world.clock.after(100, () => traffic(world, until));
};

describe('a proposed binding', () => {
  it('is acknowledged by every member under its member id, those without partitions too', async () => {
    const world = new BookWorld({ partitions: 1 });
    world.put([1, 2]);
    await world.started('a');
    await world.started('b');
    await world.drained();
    await world.clock.advance(1_000);
    propose(world, 20_000);
    await world.clock.until(() => world.bindings.answers.length === 2);

    const { members } = await world.broker.groupReader.describe(world.group);
    expect(world.bindings.answers.map(({ memberId }) => memberId).sort()).toEqual(
      members.map(({ memberId }) => memberId).sort(),
    );
    expect(world.bindings.answers.every(({ answer }) => answer.kind === 'acknowledged')).toBe(true);
  });

  it('lets nothing at or after the instant pass until it is decided, then counts', async () => {
    const world = new BookWorld();
    const began = world.clock.now();
    traffic(world, began + 20_000);
    await world.started('a');
    await world.clock.advance(1_000);
    const since = propose(world, 5_000);
    await world.clock.until(() => world.bindings.answers.length === 1);
    await world.clock.advance(9_000);
    const passed = world.handled.length;
    expect(passed).toBe(Math.ceil((since - began) / 100));
    expect(world.committed(1)).toBe(passed);
    expect(world.committed(2)).toBe(passed);

    world.bindings.confirm(name);
    await world.clock.advance(12_000);
    await world.drained();
    expect(world.handled).toHaveLength(200);
    expect(world.handled.map(({ version }) => version)).toEqual([
      ...Array<number>(passed).fill(1),
      ...Array<number>(200 - passed).fill(2),
    ]);
  });

  it('holds back a record created exactly at the instant, and not one of a millisecond before', async () => {
    const world = new BookWorld();
    await world.started('a');
    const since = propose(world, 900);
    await world.clock.until(() => world.bindings.answers.length === 1);
    const before = world.put([1, 2], { createdAt: since - 1 });
    const at = world.put([1, 2], { createdAt: since });
    await world.clock.advance(3_000);
    expect(world.ids()).toEqual([before]);
    world.bindings.confirm(name);
    await world.drained();
    expect(world.handled.map(({ id, version }) => [id, version])).toEqual([
      [before, 1],
      [at, 2],
    ]);
  });

  it('changes nothing when it is withdrawn', async () => {
    const world = new BookWorld();
    traffic(world, world.clock.now() + 5_000);
    await world.started('a');
    propose(world, 1_000);
    await world.clock.advance(4_000);
    const before = world.handled.length;
    expect(before).toBeLessThanOrEqual(11);
    world.bindings.withdraw(name);
    await world.clock.advance(2_000);
    await world.drained();
    expect(world.handled).toHaveLength(50);
    expect(world.handled.every(({ version }) => version === 1)).toBe(true);
  });

  it('is refused by a member that has passed a record of that time', async () => {
    const world = new BookWorld();
    world.put([1, 2], { createdAt: world.in(900) });
    await world.started('a');
    await world.drained();
    propose(world, 500);
    await world.clock.until(() => world.bindings.answers.length === 1);
    expect(world.bindings.answers[0]?.answer).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining(world.topic(1)),
    });
  });

  it('is refused for a record that was passed before a restart', async () => {
    const world = new BookWorld();
    world.put([1, 2], { createdAt: world.in(900) });
    const { consumer } = await world.started('a');
    await world.drained();
    await world.clock.settle(consumer.stop());
    await world.started('b');
    propose(world, 500);
    await world.clock.until(() => world.bindings.answers.length === 1);
    expect(world.bindings.answers[0]?.answer.kind).toBe('refused');
  });

  it('is refused while a record of that time is in hand', async () => {
    const world = new BookWorld();
    world.put([1], { createdAt: world.in(900) });
    let finish = () => {};
    await world.started('a', {
      onEvent: () =>
        new Promise<void>((done) => {
          finish = done;
        }),
    });
    await world.clock.advance(100);
    propose(world, 500);
    await world.clock.until(() => world.bindings.answers.length === 1);
    expect(world.bindings.answers[0]?.answer.kind).toBe('refused');
    finish();
  });

  it('is not refused by a member that goes on with older records while it looks', async () => {
    const world = new BookWorld({ latencyMs: 20, maxRecords: 1 });
    for (let i = 0; i < 200; i += 1) world.put([1, 2], { createdAt: world.in(-1_000) });
    await world.started('a');
    await world.clock.until(() => world.handled.length > 5);
    propose(world, 20_000);
    world.clock.after(10, () => world.put([1, 2]));
    await world.clock.until(() => world.bindings.answers.length === 1);
    expect(world.bindings.answers[0]?.answer).toEqual({ kind: 'acknowledged' });
  });

  it('is not refused by a member whose position moves behind the end that the broker has answered', async () => {
    const world = new BookWorld({ latencyMs: 10 });
    const every = (left: number): void => {
      if (left === 0) return;
      world.put([1, 2]);
      world.clock.after(3, () => every(left - 1));
    };
    await world.started('a');
    every(200);
    await world.clock.advance(100);
    propose(world, 20_000);
    await world.clock.until(() => world.bindings.answers.length === 1);
    expect(world.bindings.answers[0]?.answer).toEqual({ kind: 'acknowledged' });
  });

  it('is refused by a member that does not read the proposed version', async () => {
    const world = new BookWorld();
    await world.started('a', { reads: [1] });
    propose(world, 20_000);
    await world.clock.until(() => world.bindings.answers.length === 1);
    expect(world.bindings.answers[0]?.answer).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('reads only v1'),
    });
  });

  it('holds back members that join while it is open, and they answer it too', async () => {
    const world = new BookWorld({ partitions: 2 });
    await world.started('a');
    propose(world, 500);
    await world.clock.until(() => world.bindings.answers.length === 1);
    await world.clock.advance(1_000);
    for (const partition of [0, 1]) world.put([1, 2], { partition });
    await world.started('b');
    await world.clock.advance(5_000);
    expect(world.ids()).toEqual([]);
    expect(new Set(world.bindings.answers.map(({ memberId }) => memberId)).size).toBe(2);

    world.bindings.confirm(name);
    await world.drained();
    expect(world.handled.map(({ version }) => version)).toEqual([2, 2]);
    expect(new Set(world.handled.map(({ instance }) => instance)).size).toBe(2);
  });

  it('is answered again after a rebalance, by the same truth', async () => {
    const world = new BookWorld({ partitions: 2 });
    await world.started('a');
    propose(world, 20_000);
    await world.clock.until(() => world.bindings.answers.length === 1);
    const [first] = world.bindings.answers;
    await world.started('b');
    await world.clock.until(
      () => world.bindings.answers.filter(({ memberId }) => memberId === first?.memberId).length === 2,
    );
    expect(world.bindings.answers.every(({ answer }) => answer.kind === 'acknowledged')).toBe(true);
  });

  it('is answered once the control log is reachable again', async () => {
    const world = new BookWorld();
    await world.started('a');
    world.bindings.state = 'unreachable';
    propose(world, 20_000);
    await world.clock.advance(2_000);
    expect(world.bindings.answers).toEqual([]);
    world.bindings.state = 'reachable';
    await world.clock.until(() => world.bindings.answers.length === 1);
  });

  it('is refused by a member that took a record at or after the instant in hand, though its commit was lost', async () => {
    const world = new BookWorld({ partitions: 1 });
    // the member's view of the control log stands still: it sees entries only at a join
    const slow = new MemoryBindings(world.clock, 600_000);
    const bindings = () => ({ bindings: slow.connect(world.clock) });
    await world.started('a', bindings());
    await world.clock.advance(2_000);
    const [before] = (await world.broker.groupReader.describe(world.group)).members;
    const since = world.in(15_000);
    slow.propose(name, { id: 'p1', since, version: world.version(2) });
    await world.clock.advance(16_000);
    world.broker.network.fail({ operation: 'commit-offsets', how: 'lost-request', times: 1_000 });
    world.put([1, 2], { createdAt: instantFromMillis(since + 500) });
    await world.clock.until(() => world.handled.length === 1);

    void world.consumer('b', bindings()).consumer.start();
    const ofMember = () => slow.answers.find(({ memberId }) => memberId === before?.memberId);
    await world.clock.until(() => ofMember() !== undefined);
    expect(ofMember()?.answer.kind).toBe('refused');
  });
});
