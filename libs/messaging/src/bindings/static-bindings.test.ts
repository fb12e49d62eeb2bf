import { beginningOfTime, type Timeline } from '@baton/core';
import { BookEvent, BookWorld } from '@baton/testing';
import { parseStaticTimeline, staticBindings } from './static-bindings';

const leadMs = 7_000;

const config = (world: BookWorld, ...cuts: readonly [number, number][]): Timeline =>
  parseStaticTimeline(
    Object.fromEntries(cuts.map(([ms, v]) => [`boundToV${v}Since`, new Date(world.in(ms)).toISOString()])),
  );

const source = (world: BookWorld, timeline: Timeline) =>
  staticBindings({
    group: world.group,
    timelines: { [BookEvent.name]: timeline },
    clock: world.clock,
    leadMs,
  });

const code = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'started',
    (error: { code: string }) => error.code,
  );

describe('parseStaticTimeline', () => {
  it('reads bindings in any order, the first from the beginning of time', () => {
    const line = parseStaticTimeline({
      boundToV3Since: '2027-01-01T00:00:00Z',
      boundToV2Since: '2026-12-01T00:00:00Z',
    });
    expect(line.map(({ since, version }) => [since, version])).toEqual([
      [beginningOfTime, 1],
      [Date.UTC(2026, 11, 1), 2],
      [Date.UTC(2027, 0, 1), 3],
    ]);
    expect(parseStaticTimeline({ boundToV2Since: '-infinity' })).toHaveLength(1);
    expect(parseStaticTimeline({}, 4)[0].version).toBe(4);
  });

  it('refuses unknown keys, instants without a zone, and two bindings at once', () => {
    expect(() => parseStaticTimeline({ BoundToV2: '2026-12-01T00:00:00Z' })).toThrow(
      expect.objectContaining({ code: 'invalid-configuration' }),
    );
    expect(() => parseStaticTimeline({ boundToV2Since: '2026-12-01' })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
    const at = '2026-12-01T00:00:00Z';
    expect(() => parseStaticTimeline({ boundToV2Since: at, boundToV3Since: at })).toThrow(
      expect.objectContaining({ code: 'invalid-timeline' }),
    );
  });
});

describe('staticBindings', () => {
  it('handles by the configured timeline', async () => {
    const world = new BookWorld();
    const line = config(world, [-500, 2]);
    world.put([1, 2], { createdAt: world.in(-600) });
    world.put([1, 2], { createdAt: world.in(-400) });
    await world.started('a', { bindings: source(world, line) });
    await world.drained();
    expect(world.handled.map(({ version }) => version)).toEqual([1, 2]);
  });

  it('refuses an event type without a timeline', async () => {
    const world = new BookWorld();
    const bindings = staticBindings({ group: 'g', timelines: {}, clock: world.clock, leadMs });
    expect(await code(world.started('a', { bindings }))).toBe('invalid-configuration');
  });

  it('never lets members that disagree own partitions together; the newer wait for the older to leave', async () => {
    const world = new BookWorld({ partitions: 2 });
    const [older, newer] = [config(world), config(world, [30_000, 2])];
    const old = await world.started('old', { bindings: source(world, older) });
    await world.started('new', { bindings: source(world, newer) });
    for (let i = 0; i < 10; i += 1) world.put([1, 2], { partition: i % 2 });
    await world.drained();
    expect(new Set(world.handled.map(({ instance }) => instance))).toEqual(new Set(['old']));

    await world.clock.settle(old.consumer.stop());
    await world.clock.advance(31_000);
    for (let i = 0; i < 10; i += 1) world.put([1, 2], { partition: i % 2 });
    await world.drained();
    expect(world.handled.slice(10).map(({ instance }) => instance)).toEqual(Array(10).fill('new'));
    expect(world.handled.slice(10).every(({ version }) => version === 2)).toBe(true);
  });

  const restart = async (world: BookWorld, before: Timeline, after: () => Timeline) => {
    const first = await world.started('first', { bindings: source(world, before) });
    world.put([1, 2]);
    await world.drained();
    await world.clock.settle(first.consumer.stop());
    return code(world.started('second', { bindings: source(world, after()) }));
  };

  it('takes up an extension that begins later than the last commit and the lead', async () => {
    const world = new BookWorld();
    expect(await restart(world, config(world), () => config(world, [leadMs + 1_000, 2]))).toBe('started');
  });

  it('refuses an extension that begins too early, and says from when on it may', async () => {
    const world = new BookWorld();
    expect(await restart(world, config(world), () => config(world, [leadMs - 1_000, 2]))).toBe(
      'timeline-disagreement',
    );
    const past = world.consumer('past', { bindings: source(world, config(world, [-60_000, 2])) });
    await expect(world.clock.settle(past.consumer.start())).rejects.toThrow(/Choose an instant after/);
  });

  it('refuses a timeline that takes back or moves a binding', async () => {
    const world = new BookWorld();
    const line = config(world, [-500, 2]);
    expect(await restart(world, line, () => config(world))).toBe('timeline-disagreement');
    const moved = config(world, [60_000, 2]);
    expect(await code(world.started('moved', { bindings: source(world, moved) }))).toBe(
      'timeline-disagreement',
    );
    expect(await code(world.started('same', { bindings: source(world, line) }))).toBe('started');
  });

  it('takes commits that say nothing for commits made just now under the first version', () => {
    const world = new BookWorld();
    const objection = (line: ReturnType<typeof config>) =>
      source(world, line).commitMetadata?.objection(BookEvent.name, '');
    expect(objection(config(world, [-30_000, 2]))).toMatch(/too early/);
    expect(objection(config(world))).toBeUndefined();
  });

  it.each(['log', 'configuration'])('refuses to go on where a %s decided before', async (before) => {
    const world = new BookWorld();
    const line = config(world, [10_000, 2]);
    const [first, second] =
      before === 'log' ? [{}, { bindings: source(world, line) }] : [{ bindings: source(world, line) }, {}];
    const { consumer } = await world.started('first', first);
    world.put([1, 2]);
    await world.drained();
    await world.clock.settle(consumer.stop());
    expect(await code(world.started('second', second))).toBe('timeline-disagreement');
  });

  it('goes on in the control log where the configuration never bound anything', async () => {
    const world = new BookWorld();
    const { consumer } = await world.started('first', { bindings: source(world, config(world)) });
    world.put([1, 2]);
    await world.drained();
    await world.clock.settle(consumer.stop());
    expect(await code(world.started('second'))).toBe('started');
  });

  it('refuses an instant that a passed event has reached already, though it lies far ahead', async () => {
    const world = new BookWorld();
    world.broker.createTopic(world.topic(1), { timestampAfterMaxMs: 3_600_000 });
    world.broker.createTopic(world.topic(2), { timestampAfterMaxMs: 3_600_000 });
    const first = await world.started('first', { bindings: source(world, config(world)) });
    world.put([1, 2], { createdAt: world.in(60_000) });
    await world.drained();
    await world.clock.settle(first.consumer.stop());
    const second = await world.started('second', { bindings: source(world, config(world)) });
    await world.clock.advance(5_000);
    await world.clock.settle(second.consumer.stop());
    const early = source(world, config(world, [30_000, 2]));
    expect(await code(world.started('early', { bindings: early }))).toBe('timeline-disagreement');
    const later = source(world, config(world, [90_000, 2]));
    expect(await code(world.started('later', { bindings: later }))).toBe('started');
  });

  describe('after a crash before the commit', () => {
    /** Kills a member right after its first event, and starts another with a binding from before that event. */
    const crashAndRebind = async (world: BookWorld, idleMs: number) => {
      const line = config(world);
      const first = await world.started('first', { bindings: source(world, line) });
      await world.clock.settle(first.consumer.stop());
      await world.clock.advance(600_000);
      const second = await world.started('second', { bindings: source(world, line) });
      await world.clock.advance(idleMs);
      world.put([1, 2]);
      await world.clock.until(() => world.handled.length === 1);
      second.client.process.kill();
      expect(world.committed(1)).toBe(0);
      await world.clock.advance(20_000);
      const early = config(world, [-60_000, 2]);
      const third = world.consumer('third', { bindings: source(world, early) });
      const started = await code(world.clock.settle(third.consumer.start()));
      await world.clock.advance(1_000);
      return started;
    };

    it('refuses to count in another version what a member handled after a long idle time', async () => {
      const world = new BookWorld();
      expect(await crashAndRebind(world, 300_050)).toBe('timeline-disagreement');
      expect(world.handled.map(({ version }) => version)).toEqual([1]);
    });

    it('refuses to count in another version what a member handled right after its start', async () => {
      const world = new BookWorld({ latencyMs: 5 });
      world.put([1, 2]);
      const line = config(world);
      const first = await world.started('first', { bindings: source(world, line) });
      await world.drained();
      await world.clock.settle(first.consumer.stop());
      await world.clock.advance(600_000);
      world.put([1, 2]);
      const second = world.consumer('second', { bindings: source(world, line) });
      void second.consumer.start();
      await world.clock.until(() => world.handled.length === 2);
      second.client.process.kill();
      expect(world.committed(1)).toBe(1);
      await world.clock.advance(20_000);
      const early = source(world, config(world, [-60_000, 2]));
      expect(await code(world.started('third', { bindings: early }))).toBe('timeline-disagreement');
    });

    it('handles nothing while commits fail, though the group still hears its heartbeats', async () => {
      const world = new BookWorld();
      const line = config(world);
      await world.started('a', { bindings: source(world, line) });
      world.put([1, 2]);
      await world.drained();
      world.broker.network.fail({ operation: 'commit-offsets', how: 'lost-request', times: 1_000 });
      await world.clock.advance(30_000);
      world.put([1, 2]);
      await world.clock.advance(5_000);
      expect(world.handled).toHaveLength(1);
      world.broker.network.heal();
      await world.drained();
      expect(world.handled).toHaveLength(2);
    });
  });
});
