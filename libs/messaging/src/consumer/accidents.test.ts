import { BatonError } from '@baton/core';
import { type ParkingOptions, ParkingWorld } from '../../test/parking-world';
import { deadline } from '../middleware/deadline';
import type { GroupMember } from '../ports/group-member';

const forever = (): Promise<void> => new Promise(() => {});

describe('a handler', () => {
  it('that hangs is tried again after its deadline, then parked; other keys go on', async () => {
    const world = new ParkingWorld();
    world.put([1], { key: 'hangs' });
    const other = world.put([1], { key: 'other' });
    const { consumer } = await world.started('m', {
      onEvent: ({ key }) => (key === 'hangs' ? forever() : undefined),
      deps: { middleware: [deadline({ ms: 1_000, clock: world.clock })] },
    });
    await world.drained();
    expect(world.ids()).toEqual([other]);
    expect(world.letters()).toMatchObject([{ attempts: 5, error: { code: 'handler-timed-out' } }]);
    expect(consumer.stats().failures).toBe(5);
  });

  it('that hangs without a deadline is told by readiness, and does not keep a stop from ending', async () => {
    const world = new ParkingWorld();
    world.put([1]);
    const { consumer } = await world.started('m', { onEvent: forever });
    await world.clock.advance(59_000);
    expect(consumer.health().kind).toBe('ready');
    await world.clock.advance(2_000);
    expect(consumer.health()).toMatchObject({
      kind: 'blocked',
      on: [{ code: 'handler-timed-out', offset: 0 }],
    });
    await world.clock.settle(consumer.stop(), 15_000);
    expect(consumer.health()).toEqual({ kind: 'stopped' });
    await world.started('n');
    await world.drained();
    expect(world.ids()).toEqual(['e1']);
  });

  it.each<[string, unknown]>([
    ['a TypeError', new TypeError('not a function')],
    ['a text', 'just text'],
    ['nothing', undefined],
    ['an object without a prototype', Object.create(null)],
    ['an error of ours that no retry mends', new BatonError('invalid-configuration', 'wrong')],
  ])('may throw %s', async (_, thrown) => {
    const world = new ParkingWorld();
    world.put([1], { key: 'bad' });
    const other = world.put([1], { key: 'good' });
    const { consumer } = await world.started('m', {
      onEvent: ({ key }) => {
        if (key === 'bad') throw thrown;
      },
    });
    await world.drained();
    expect(world.ids()).toEqual([other]);
    expect(world.letters()).toMatchObject([{ because: 'failed', error: { message: expect.any(String) } }]);
    expect(consumer.health().kind).toBe('ready');
  });

  it('that ends its process leaves the event to the next member, and loses nothing', async () => {
    const world = new ParkingWorld();
    for (let n = 0; n < 5; n += 1) world.put([1], { key: `k${n}` });
    const first = world.consumer('m', {
      onEvent: ({ id }) => {
        if (id === 'e3') first.client.process.kill();
      },
    });
    await world.clock.settle(first.consumer.start());
    await world.clock.advance(2_000);
    await world.started('n');
    await world.drained();
    expect(new Set(world.ids())).toEqual(new Set(['e1', 'e2', 'e3', 'e4', 'e5']));
    expect(world.letters()).toEqual([]);
  });
});

describe('a registry', () => {
  const withDecode = (world: ParkingWorld, decode: () => unknown) => ({
    codec: {
      ...world.codec,
      decode: (...given: Parameters<typeof world.codec.decode>) => decode() ?? world.codec.decode(...given),
    },
  });

  it('that is slow delays its events and nothing else', async () => {
    const world = new ParkingWorld();
    world.put([1]);
    let asked = 0;
    const deps = withDecode(world, () => {
      asked += 1;
      return new Promise((resolve) => world.clock.after(20_000, () => resolve({ n: 1 })));
    });
    await world.started('m', { deps });
    await world.drained();
    expect(asked).toBe(1);
    expect(world.ids()).toEqual(['e1']);
    expect(world.letters()).toEqual([]);
  });

  it('that refuses our credentials blocks and says so; nothing is parked', async () => {
    const world = new ParkingWorld();
    world.put([1]);
    let state: 'refusing' | 'good' = 'refusing';
    const deps = withDecode(world, () =>
      state === 'refusing'
        ? Promise.reject(new BatonError('invalid-configuration', 'refused our credentials'))
        : undefined,
    );
    const { consumer } = await world.started('m', { deps });
    await world.clock.advance(60_000);
    expect(consumer.health()).toMatchObject({ kind: 'blocked', on: [{ code: 'invalid-configuration' }] });
    expect(world.letters()).toEqual([]);
    state = 'good';
    await world.drained();
    expect(world.ids()).toEqual(['e1']);
  });
});

/** Starts a consumer whose member gives up so long from now, as one does that was away from all brokers. */
const givesUp = async (world: ParkingWorld, afterMs: number, options: ParkingOptions) => {
  const client = world.broker.connect('m');
  const { consumer } = await world.started('m', {
    ...options,
    deps: {
      ...client,
      groupMember: (wanted) => {
        const member = client.groupMember(wanted);
        return {
          ...bound(member),
          start: (listener) => {
            world.clock.after(afterMs, () => {
              void member.stop();
              listener.crashed(new BatonError('broker-unavailable', 'no broker answers'));
            });
            return member.start(listener);
          },
        };
      },
    },
  });
  return { consumer, client };
};

const bound = (member: GroupMember): GroupMember => ({
  start: (listener) => member.start(listener),
  pause: (partitions) => member.pause(partitions),
  resume: (partitions) => member.resume(partitions),
  commit: (generationId, offsets) => member.commit(generationId, offsets),
  committed: (partitions) => member.committed(partitions),
  stop: () => member.stop(),
});

describe('a broker', () => {
  const poisoned = ({ key }: { readonly key: string }): void => {
    if (key === 'bad') throw new Error('poison');
  };

  it('that is gone for some minutes is waited for; then everything is handled, parked events too', async () => {
    const world = new ParkingWorld();
    world.put([1], { key: 'a' });
    world.put([1], { key: 'bad' });
    const running = await world.started('m', { onEvent: poisoned });
    running.client.process.disconnect();
    await world.clock.advance(240_000);
    world.put([1], { key: 'b' });
    expect(running.consumer.health().kind).not.toBe('failed');
    running.client.process.reconnect();
    await world.drained();
    expect(new Set(world.ids())).toEqual(new Set(['e1', 'e3']));
    expect(world.letters()).toHaveLength(1);
    expect(running.consumer.health()).toEqual({ kind: 'ready' });
  });

  it('that is gone for so long that the member gives up ends the consumer; the next one handles everything, parked events too', async () => {
    const world = new ParkingWorld();
    world.put([1], { key: 'a' });
    world.put([1], { key: 'bad' });
    const running = await givesUp(world, 300_000, { onEvent: poisoned });
    running.client.process.disconnect();
    await world.clock.advance(600_000);
    await expect(running.consumer.finished).rejects.toMatchObject({ code: 'broker-unavailable' });
    expect(running.consumer.health().kind).toBe('failed');
    world.put([1], { key: 'b' });
    await world.started('n', { onEvent: poisoned });
    await world.drained();
    expect(new Set(world.ids())).toEqual(new Set(['e1', 'e3']));
    expect(world.letters()).toHaveLength(1);
  });

  it('whose topic was deleted ends the consumer, which says so', async () => {
    const world = new ParkingWorld();
    world.put([1]);
    const { consumer, client } = await world.started('m');
    await world.drained();
    world.broker.deleteTopic(world.topic(2));
    client.process.disconnect();
    await world.clock.advance(10_000);
    client.process.reconnect();
    await expect(world.clock.settle(consumer.finished)).rejects.toMatchObject({ code: 'topic-missing' });
    expect(consumer.health()).toMatchObject({
      kind: 'failed',
      because: expect.stringContaining(world.topic(2)),
    });
  });
});

describe('memory', () => {
  it('is bounded by the bytes of waiting events, however many there are', async () => {
    const world = new ParkingWorld({ maxRecords: 50 });
    const bad = world.put([1], { key: 'a' });
    for (let n = 0; n < 500; n += 1) world.put([1], { key: 'a' });
    const other = world.put([1], { key: 'b' });
    let state: 'broken' | 'mended' = 'broken';
    const { consumer } = await world.started('m', {
      onEvent: ({ id }) => {
        if (id === bad && state === 'broken') throw new Error('not yet');
      },
      deps: {
        settings: { leaseMs: 6_000, attempts: 1_000, ahead: { events: 1_000, bytes: 20_000, parking: 10 } },
      },
    });
    await world.clock.advance(20_000);
    expect(world.ids()).toEqual([]);
    expect(consumer.health().kind).toBe('blocked');
    state = 'mended';
    await world.drained();
    expect(world.ids()).toHaveLength(502);
    expect(world.ids()).toContain(other);
  });
});
