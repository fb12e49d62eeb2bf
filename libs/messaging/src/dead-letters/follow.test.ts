import { bind, defaultTimeline } from '@baton/core';
import { BookEvent } from '@baton/testing';
import { ParkingWorld } from '../../test/parking-world';

const poison = (...ids: readonly string[]) => {
  const state = { broken: new Set(ids) };
  return {
    state,
    onEvent: ({ id }: { readonly id: string }) => {
      if (state.broken.has(id)) throw new TypeError(`poison ${id}`);
    },
  };
};

describe('an event that keeps failing', () => {
  it('lets other keys go on while it is tried again, and keeps its own key in order', async () => {
    const world = new ParkingWorld();
    const bad = world.put([1], { key: 'a' });
    const others = [world.put([1], { key: 'b' }), world.put([1], { key: 'c' })];
    const behind = world.put([1], { key: 'a' });
    let state: 'broken' | 'mended' = 'broken';
    await world.started('m', {
      onEvent: ({ id }) => {
        if (id === bad && state === 'broken') throw new Error('not yet');
      },
    });
    await world.clock.advance(250);
    expect(world.ids()).toEqual(others);
    expect(world.committed(1)).toBe(0);
    state = 'mended';
    await world.drained();
    expect(world.ids()).toEqual([...others, bad, behind]);
    expect(world.letters()).toEqual([]);
  });

  it('is parked after its last try, later events of its key behind it, in order; other keys are handled', async () => {
    const world = new ParkingWorld();
    const bad = world.put([1], { key: 'a' });
    world.put([1], { key: 'a' });
    const other = world.put([1], { key: 'b' });
    const { onEvent } = poison(bad);
    const { consumer } = await world.started('m', { onEvent });
    await world.drained();
    const late = world.put([1], { key: 'a' });
    await world.drained();
    expect(world.ids()).toEqual([other]);
    const letters = world.letters();
    expect(letters.map(({ because, attempts }) => [because, attempts])).toEqual([
      ['failed', 5],
      ['follows', 0],
      ['follows', 0],
    ]);
    expect(letters[0]?.error).toMatchObject({ code: 'handler-failed', message: `poison ${bad}` });
    expect(String(letters[2]?.original.headers.ce_id)).toBe(late);
    expect(consumer.stats().parked).toEqual(
      new Map([
        ['failed', 1],
        ['follows', 2],
      ]),
    );
    await world.clock.advance(1_000);
    const { parkedByTopic, handlerTimes, progress, openLetters } = consumer.stats();
    expect(parkedByTopic).toEqual(new Map([[world.topic(1), 3]]));
    expect(handlerTimes.get(world.topic(1))?.failed.counts.reduce((all, count) => all + count)).toBe(5);
    expect(progress).toContainEqual({ topic: world.topic(1), partition: 0, done: world.committed(1) });
    expect([...openLetters]).toEqual([[0, 3]]);
    expect(consumer.health()).toEqual({ kind: 'ready' });
  });

  it('is remembered by the next member', async () => {
    const world = new ParkingWorld();
    const bad = world.put([1], { key: 'a' });
    const { onEvent } = poison(bad);
    const { consumer } = await world.started('m', { onEvent });
    await world.drained();
    await world.clock.settle(consumer.stop());
    world.put([1], { key: 'a' });
    const other = world.put([1], { key: 'b' });
    await world.started('n', { onEvent });
    await world.drained();
    expect(world.ids()).toEqual([other]);
    expect(world.letters()).toHaveLength(2);
  });

  it('is left behind by the later events of its key with go-on, which is counted', async () => {
    const world = new ParkingWorld();
    const bad = world.put([1], { key: 'a' });
    const behind = world.put([1], { key: 'a' });
    const { onEvent } = poison(bad);
    const { consumer } = await world.started('m', { onEvent, laterEvents: 'go-on' });
    await world.drained();
    expect(world.ids()).toEqual([behind]);
    expect(consumer.stats().ordersGivenUp).toBe(1);
  });

  it('stops its partition once too many events wait behind it, and no sooner', async () => {
    const world = new ParkingWorld();
    const bad = world.put([1], { key: 'a' });
    for (let n = 0; n < 400; n += 1) world.put([1], { key: 'a' });
    for (let n = 0; n < 400; n += 1) world.put([1], { key: `k${n}` });
    let most = 0;
    const { onEvent } = poison(bad);
    const settings = { retryMs: { first: 3_000, longest: 3_000 }, attempts: 3 };
    const { consumer } = await world.started('m', {
      onEvent,
      deps: { settings: { leaseMs: 6_000, ...settings } },
    });
    await world.clock.advance(5_000);
    expect(world.handled).toEqual([]);
    most = world.handled.length;
    expect(most).toBe(0);
    await world.drained();
    expect(world.handled).toHaveLength(400);
    expect(world.letters()).toHaveLength(401);
    expect(consumer.health().kind).toBe('ready');
  });

  it('takes v2 events of its key with it across a cut, and holds no other key', async () => {
    const world = new ParkingWorld();
    world.bindings.record(
      BookEvent.name,
      bind(defaultTimeline(world.version(1)), { since: world.in(-100), version: world.version(2) }),
    );
    const bad = world.put([1, 2], { key: 'a', createdAt: world.in(-200) });
    const other1 = world.put([1, 2], { key: 'b', createdAt: world.in(-190) });
    world.put([1, 2], { key: 'a', createdAt: world.in(-50) });
    const other2 = world.put([1, 2], { key: 'b', createdAt: world.in(-40) });
    const { onEvent } = poison(bad);
    await world.started('m', { onEvent });
    await world.drained();
    expect(world.handled.map(({ id, version }) => [id, version])).toEqual([
      [other1, 1],
      [other2, 2],
    ]);
    expect(world.letters().map(({ version, because }) => [version, because])).toEqual([
      [1, 'failed'],
      [2, 'follows'],
    ]);
  });
});

describe('replay', () => {
  it('brings parked events back in order, through the rule, and frees their key', async () => {
    const world = new ParkingWorld();
    const bad = world.put([1], { key: 'a' });
    const second = world.put([1], { key: 'a' });
    const { onEvent, state } = poison(bad);
    await world.started('m', { onEvent });
    await world.drained();
    state.broken.clear();
    expect(await world.replay()).toBe(2);
    await world.drained();
    expect(world.ids()).toEqual([bad, second]);
    expect(await world.openLetters()).toEqual([]);
    await world.clock.advance(5_000);
    const after = world.put([1], { key: 'a' });
    await world.drained();
    expect(world.ids()).toEqual([bad, second, after]);
    expect(world.letters()).toHaveLength(2);
  });

  it('keeps the order with events that come while it goes on', async () => {
    const world = new ParkingWorld();
    const put = () => world.put([1], { key: 'a' });
    const bad = put();
    const { onEvent, state } = poison(bad);
    await world.started('m', {
      onEvent: async (event) => {
        await new Promise<void>((resolve) => world.clock.after(30, resolve));
        onEvent(event);
      },
    });
    await world.drained();
    for (let n = 0; n < 20; n += 1) put();
    await world.drained();
    state.broken.clear();
    const replaying = world.replay();
    for (let n = 0; n < 30; n += 1) {
      put();
      await world.clock.advance(40);
    }
    await replaying;
    await world.drained();
    for (let round = 0; round < 5 && (await world.openLetters()).length > 0; round += 1) {
      await world.replay();
      await world.drained();
    }
    expect(world.handled.map(({ n }) => n)).toEqual(Array.from({ length: 51 }, (_, i) => i + 1));
  });

  it('parks what fails again, and keeps the order of the key when that is replayed later', async () => {
    const world = new ParkingWorld();
    const bad = world.put([1], { key: 'a' });
    const second = world.put([1], { key: 'a' });
    const { onEvent, state } = poison(bad);
    await world.started('m', { onEvent });
    await world.drained();
    await world.replay();
    const third = world.put([1], { key: 'a' });
    await world.drained();
    await world.clock.advance(5_000);
    expect(world.ids()).toEqual([]);
    const open = await world.openLetters();
    expect(open.map(({ replays }) => replays).sort()).toEqual([0, 1, 1]);
    state.broken.clear();
    await world.replay();
    await world.drained();
    expect(world.ids()).toEqual([bad, second, third]);
  });

  it('replays all of a key where one letter is chosen, and nothing else', async () => {
    const world = new ParkingWorld();
    const bad = [world.put([1], { key: 'a' }), world.put([1], { key: 'b' })];
    const second = world.put([1], { key: 'a' });
    const { onEvent, state } = poison(...bad);
    await world.started('m', { onEvent });
    await world.drained();
    state.broken.clear();
    expect(await world.replay(({ original }) => String(original.headers.ce_id) === second)).toBe(2);
    await world.drained();
    expect(world.ids()).toEqual([bad[0], second]);
    expect((await world.openLetters()).map(({ key }) => key)).toEqual(['b']);
  });

  it('hands a v1 event to its handler after the group has dropped v1', async () => {
    const world = new ParkingWorld();
    const bad = world.put([1], { key: 'a' });
    const { onEvent, state } = poison(bad);
    const { consumer } = await world.started('m', { onEvent });
    await world.drained();
    await world.clock.settle(consumer.stop());
    world.bindings.record(
      BookEvent.name,
      bind(defaultTimeline(world.version(1)), { since: world.in(1), version: world.version(2) }),
    );
    await world.clock.advance(60_000);
    state.broken.clear();
    await world.started('n', { reads: [2] });
    await world.replay();
    await world.clock.until(() => world.handled.length > 0);
    expect(world.handled.map(({ id, version }) => [id, version])).toEqual([[bad, 1]]);
  });

  it('frees the key of a discarded event, which is never handled', async () => {
    const world = new ParkingWorld();
    const bad = world.put([1], { key: 'a' });
    const second = world.put([1], { key: 'a' });
    const { onEvent } = poison(bad);
    await world.started('m', { onEvent });
    await world.drained();
    const first = ({ because }: { readonly because: string }) => because === 'failed';
    expect(await world.clock.settle(world.letterBox().discard(first, 'a test order'))).toBe(1);
    await world.replay();
    await world.drained();
    expect(world.ids()).toEqual([second]);
  });
});

describe('a replay while letters of its keys come and go', () => {
  it('takes no letter that was parked after it had looked which keys need another order', async () => {
    const world = new ParkingWorld();
    const gate = { state: 'closed' };
    const first = world.put([1], { key: 'a' });
    await world.started('m', {
      onEvent: async ({ id }) => {
        if (id !== first || gate.state === 'open') return;
        while (gate.state === 'waiting') await new Promise<void>((go) => world.clock.after(50, go));
        throw new TypeError('poison');
      },
      deps: { settings: { attempts: 1, leaseMs: 6_000 } },
    });
    await world.drained();
    gate.state = 'waiting';
    // the second of the key is parked behind the first while that one is being replayed
    const second = { id: '' };
    await world.replayWith(4, async () => {
      second.id = world.put([1], { key: 'a' });
      await world.clock.until(() => world.letters().length === 2);
    });
    // the first is parked again while the second is being replayed
    await world.replayWith(3, async () => {
      gate.state = 'closed';
      await world.clock.until(() => world.letters().length === 3);
      gate.state = 'open';
    });
    await world.drained();
    await world.replay();
    await world.drained();
    expect(world.ids()).toEqual([first, second.id]);
  });
});
