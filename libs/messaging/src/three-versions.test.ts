import { defineEventType, type EventType, instantFromMillis, topicOf, version } from '@baton/core';
import { createJsonCodec, MemoryBindings, MemoryBroker, VirtualClock, worldSettings } from '@baton/testing';
import { createConsumer, createTwinPublisher, type EventPublisher, handle } from './index';

interface Data {
  readonly n: number;
}

const same = (data: Data): Data => data;
const Loan = defineEventType<{ 1: Data; 2: Data; 3: Data }, 3>({
  name: 'lending.LoanEnded',
  kind: 'event',
  newest: 3,
  versions: { 1: { schema: {} }, 2: { schema: {} }, 3: { schema: {} } },
  downcasts: { 1: same, 2: same },
  upcasts: {},
});
const topics = [1, 2, 3].map((v) => topicOf(Loan.name, version(v)));

/** One group with members that read all versions, and a publisher whose releases publish overlapping windows. */
class World {
  readonly clock = new VirtualClock();
  readonly broker = new MemoryBroker({ clock: this.clock });
  readonly bindings = new MemoryBindings(this.clock);
  readonly handled: { n: number; key: string; version: number }[] = [];
  private published = 0;

  constructor() {
    for (const topic of topics) this.broker.createTopic(topic, { partitions: 2 });
  }

  async publish(versions: readonly number[], count: number): Promise<void> {
    const client = this.broker.connect('lending-1');
    const publisher = await this.clock.settle<EventPublisher>(
      createTwinPublisher({
        ...client,
        source: 'lending',
        instance: 'lending-1',
        publishes: [{ eventType: Loan as EventType, versions }],
        codec: createJsonCodec(),
        newId: () => `${versions.join('')}-${this.published}`,
      }),
    );
    for (let i = 0; i < count; i += 1) {
      this.published += 1;
      const n = this.published;
      await this.clock.settle(publisher.publish(Loan, { key: `k${n % 3}`, data: { n } }));
      await this.clock.advance(200);
    }
    await this.clock.settle(publisher.close());
  }

  async start(instance: string) {
    const client = this.broker.connect(instance);
    const record = async (
      { data, key }: { data: Data; key: string },
      { responsible }: { responsible: number },
    ) => {
      this.handled.push({ n: data.n, key, version: responsible });
    };
    const consumer = createConsumer({
      ...client,
      group: 'billing',
      instance,
      on: [handle(Loan, { 1: record, 2: record, 3: record })],
      codec: createJsonCodec(),
      bindings: this.bindings.connect(client.clock),
      settings: worldSettings,
    });
    await this.clock.settle(consumer.start());
    return consumer;
  }

  bind(to: number): void {
    this.bindings.bind(Loan.name, { since: instantFromMillis(this.clock.now() + 1), version: version(to) });
  }

  drained(): Promise<void> {
    const { offsets } = this.broker.group('billing');
    const isDrained = () =>
      topics.every((topic) =>
        this.broker
          .logs(topic)
          .every((log, partition) => (offsets.get({ topic, partition }).offset ?? 0) >= log.highWatermark()),
      );
    return this.clock.until(isDrained, 120_000);
  }
}

/** Publishes overlapping windows of three versions; before each step `between` may let the group do something. */
const tell = async (world: World, between: () => Promise<void>): Promise<void> => {
  await world.publish([1], 3);
  await between();
  await world.publish([1, 2], 3);
  world.bind(2);
  await world.publish([1, 2], 6);
  await between();
  await world.publish([1, 2, 3], 3);
  world.bind(3);
  await world.publish([1, 2, 3], 6);
  await between();
  world.bind(2);
  await world.publish([2, 3], 6);
  await between();
  world.bind(3);
  await world.publish([2, 3], 3);
  await world.publish([3], 3);
};

const expected = [
  ...Array.from({ length: 6 }, () => 1),
  ...Array.from({ length: 9 }, () => 2),
  ...Array.from({ length: 6 }, () => 3),
  ...Array.from({ length: 6 }, () => 2),
  ...Array.from({ length: 6 }, () => 3),
];

const expectEachOnceInOrder = (world: World): void => {
  const inOrderOfPublishing = [...world.handled].sort((a, b) => a.n - b.n);
  expect(inOrderOfPublishing.map(({ n }) => n)).toEqual(expected.map((_, i) => i + 1));
  expect(inOrderOfPublishing.map((one) => one.version)).toEqual(expected);
  for (const key of ['k0', 'k1', 'k2']) {
    const ofKey = world.handled.filter((one) => one.key === key).map(({ n }) => n);
    expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b));
  }
};

describe('three versions with overlapping windows, forward, back and forward again', () => {
  it('are handled each event once, in the version that counts and in order, while a group runs', async () => {
    const world = new World();
    await world.start('a');
    await tell(world, async () => {});
    await world.drained();
    expectEachOnceInOrder(world);
  });

  it('are handled alike when the whole story waits as a backlog', async () => {
    const world = new World();
    const first = await world.start('a');
    await world.clock.settle(first.stop());
    await tell(world, async () => {});
    await world.start('b');
    await world.drained();
    expectEachOnceInOrder(world);
  });

  it('are handled alike when members come and go in between', async () => {
    const world = new World();
    let running = await world.start('a');
    let made = 0;
    await tell(world, async () => {
      await world.clock.settle(running.stop());
      made += 1;
      running = await world.start(`m${made}`);
    });
    await world.drained();
    expectEachOnceInOrder(world);
  });
});
