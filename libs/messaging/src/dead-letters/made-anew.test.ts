import { ParkingWorld } from '../../test/parking-world';

describe('a topic that was made anew', () => {
  it('has other events at the offsets of parked ones, and none of them is taken for parked', async () => {
    const world = new ParkingWorld();
    const first = world.put([1], { key: 'a' });
    const bad = world.put([1], { key: 'a' });
    world.put([1], { key: 'a' });
    const m = await world.started('m', {
      onEvent: ({ id }) => {
        if (id === bad) throw new TypeError(`poison ${id}`);
      },
    });
    await world.drained();
    expect(world.letters()).toHaveLength(2);
    await world.clock.settle(m.consumer.stop());

    world.broker.deleteTopic(world.topic(1));
    world.broker.createTopic(world.topic(1), { partitions: 1 });
    world.broker.group(world.group).offsets.put({ topic: world.topic(1), partition: 0, offset: 0 });
    await world.clock.advance(1_000);
    const later = [world.put([1], { key: 'a' }), world.put([1], { key: 'a' })];
    await world.started('n');
    await world.drained();
    expect(world.letters().map((letter) => String(letter.original.headers.ce_id))).toEqual([
      bad,
      expect.any(String),
      ...later,
    ]);

    expect(await world.replay()).toBe(4);
    await world.drained();
    expect(world.ids()).toEqual([first, bad, expect.any(String), ...later]);
  });
});
