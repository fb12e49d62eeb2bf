import { ParkingWorld } from '../../test/parking-world';
import { DeadLetterOffice } from './office';
import { deadLetterTopicOf, retryTopicOf } from './topics';

describe('a group that parks', () => {
  it('goes on after its session ended while many events waited for a letter that could not be stored', async () => {
    const world = new ParkingWorld({ partitions: 2, rejoin: 'after-batches' });
    const bad = world.put([1], { key: 'a' });
    const { network } = world.broker;
    network.fail({ operation: 'commit', how: 'lost-request', times: 8, process: 'm-letters' });
    await world.started('m', {
      onEvent: ({ id }) => {
        if (id === bad) throw new TypeError('poison');
      },
      deps: { settings: { attempts: 2, leaseMs: 6_000 } },
    });
    await world.clock.advance(1_000);
    for (let i = 0; i < 300; i += 1) world.put([1], { key: `k${i}` });
    await world.clock.advance(2_000);
    network.fail({ operation: 'heartbeat', how: 'lost-request', times: 8, process: 'm' });
    await world.drained();
    expect(world.letters()).toHaveLength(1);
    expect(new Set(world.ids()).size).toBe(300);
  });

  it('goes on in other partitions where a letter is too large for its topic, and commits nothing past its event', async () => {
    const world = new ParkingWorld({ partitions: 2 });
    const other = world.put([1], { key: 'b', partition: 1 });
    world.append(world.goodHeaders(), `{"n":"${'x'.repeat(1_048_400)}"}`);
    world.put([1], { key: 'c', partition: 1 });
    const { consumer } = await world.started('m', {
      onEvent: ({ id }) => {
        if (id !== other) throw new TypeError('poison');
      },
    });
    await world.clock.until(() => world.letters().length === 1);
    await world.clock.advance(60_000);
    expect(world.letters()).toMatchObject([{ key: 'c', partition: 1 }]);
    expect([world.committed(1, 0) ?? 0, world.committed(1, 1)]).toEqual([0, 2]);
    const health = consumer.health();
    const on = health.kind === 'blocked' ? health.on : [];
    expect(on.map(({ partition, offset, code }) => [partition, offset, code])).toEqual([
      [0, 0, 'handler-failed'],
      [0, 0, 'event-too-large'],
    ]);
  });

  it('frees a replayed key though the end of its events could not be asked for at once', async () => {
    const world = new ParkingWorld();
    const { logOffsets } = world.broker.connect('asker');
    let hiccups = 0;
    let mended = false;
    const bad = world.put([1], { key: 'a' });
    await world.started('m', {
      onEvent: ({ id }) => {
        if (id === bad && !mended) throw new TypeError('poison');
      },
      deps: {
        logOffsets: {
          ...logOffsets,
          end: async (topic) => {
            if (mended && hiccups === 0 && topic === retryTopicOf(world.group)) {
              hiccups += 1;
              throw new Error('away for a moment');
            }
            return logOffsets.end(topic);
          },
        },
      },
    });
    await world.drained();
    expect(world.letters()).toHaveLength(1);
    mended = true;
    await world.replay();
    await world.clock.until(() => hiccups === 1);
    const next = world.put([1], { key: 'a' });
    await world.drained();
    expect(world.ids()).toEqual([bad, next]);
  });

  it('handles an event whose parking was given up when it gets the partition back', async () => {
    const world = new ParkingWorld();
    const bad = world.put([1], { key: 'a' });
    let state: 'broken' | 'mended' = 'broken';
    const onEvent = ({ id }: { readonly id: string }): void => {
      if (id === bad && state === 'broken') throw new TypeError('poison');
    };
    const deps = { settings: { attempts: 2, leaseMs: 6_000 } };
    world.broker.network.fail({ operation: 'commit', how: 'lost-request', times: 8, process: 'm-letters' });
    await world.started('m', { onEvent, deps });
    await world.clock.advance(1_500);
    const other = world.consumer('n', { onEvent, deps });
    void other.consumer.start();
    await world.clock.advance(500);
    state = 'mended';
    await world.clock.advance(30_000);
    await world.clock.settle(other.consumer.stop());
    const next = world.put([1], { key: 'a' });
    await world.drained();
    expect(world.letters()).toEqual([]);
    expect(new Set(world.ids())).toEqual(new Set([bad, next]));
  });

  it('commits no letter once its lease is over', async () => {
    const world = new ParkingWorld();
    const bad = world.put([1], { key: 'a' });
    let state: 'broken' | 'mended' = 'broken';
    const { client } = await world.started('m', {
      onEvent: ({ id }) => {
        if (id === bad && state === 'broken') throw new TypeError('poison');
      },
      deps: {
        settings: { attempts: 2, leaseMs: 6_000 },
        deadLetters: {
          ...world.deadLetters('m'),
          createProducer: async (id) => {
            const producer = await world.deadLetters('slow').createProducer(id);
            return {
              ...producer,
              send: async (records) => {
                await producer.send(records);
                if (state === 'mended') return;
                state = 'mended';
                client.process.disconnect();
                world.clock.after(8_000, () => client.process.reconnect());
                await new Promise<void>((resolve) => world.clock.after(9_000, resolve));
              },
            };
          },
        },
      },
    });
    await world.drained();
    expect(world.letters()).toEqual([]);
    expect(world.ids()).toEqual([bad]);
  });

  it('keeps none of the fetched batch in memory for an event that is being parked', async () => {
    const world = new ParkingWorld();
    const park = jest.spyOn(DeadLetterOffice.prototype, 'park');
    world.put([1], { key: 'a' });
    await world.started('m', {
      onEvent: () => {
        throw new TypeError('poison');
      },
      deps: { settings: { attempts: 1 } },
    });
    await world.drained();
    const parked = park.mock.calls.map(([{ record }]) => record.value);
    park.mockRestore();
    const [stored] = world.broker.log(world.topic(1)).committed();
    expect(parked).toEqual([stored?.value]);
    expect(parked[0]).not.toBe(stored?.value);
  });

  it('counts an event as handled though something after its handler fails', async () => {
    const world = new ParkingWorld();
    const id = world.put([1], { key: 'a' });
    const bindings = world.bindings.connect();
    const broken = new Map();
    broken.get = () => {
      throw new Error('a bug');
    };
    await world.started('m', {
      bindings: { ...bindings, of: (eventType) => ({ ...bindings.of(eventType), deprecated: broken }) },
    });
    await world.drained();
    expect(world.letters()).toEqual([]);
    expect(world.ids()).toEqual([id]);
  });

  it('starts beside a writer of letters that always leaves a transaction open', async () => {
    const world = new ParkingWorld();
    const { createProducer } = world.broker.connect('other');
    const record = { topic: deadLetterTopicOf(world.group), partition: 0, key: 'a', value: Buffer.alloc(0) };
    const leaveOpen = async (): Promise<void> => {
      const producer = await createProducer(`other-${world.clock.now()}`);
      await producer.begin();
      await producer.send([{ ...record, headers: {}, timestamp: world.clock.now() }]);
      world.clock.after(5_000, () => void leaveOpen());
    };
    await world.clock.settle(leaveOpen());
    const { consumer } = world.consumer('m');
    void consumer.start();
    await world.clock.until(() => consumer.health().kind === 'ready', 60_000);
  });
});
