import { defineEventType, type EventType, headerNames, isBatonError } from '@baton/core';
import type { FetchedRecord, TopicSettings } from '@baton/messaging';
import { BookEvent, BookWorld, skewedClock } from '@baton/testing';
import type { EventPublisher } from './types';

const worldWith = (partitions = 1) => new BookWorld({ partitions });

const publish = (publisher: EventPublisher, key: string, n: number) =>
  publisher.publish(BookEvent, { key, data: { n } });

const visible = (world: BookWorld, v: number): readonly FetchedRecord[] =>
  world.broker.logs(world.topic(v)).flatMap((log) => log.committed());

const header = (record: FetchedRecord, name: string): string => String(record.headers[name]);
const idsOf = (records: readonly FetchedRecord[]): string[] =>
  records.map((record) => header(record, headerNames.id));

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => error,
  );

describe('order and twins', () => {
  it('makes the events of a key visible in the order of the calls, in every version', async () => {
    const world = worldWith(3);
    const publisher = await world.publisher('p1', [1, 2], { limits: { maxBatchEvents: 4 } });
    const calls = Array.from({ length: 30 }, (_, n) => publish(publisher, `key-${n % 4}`, n));
    await world.clock.settle(Promise.all(calls));

    for (const v of [1, 2]) {
      for (const log of world.broker.logs(world.topic(v))) {
        const perKey = new Map<string, number[]>();
        for (const { key, value } of log.committed()) {
          const { n } = JSON.parse(String(value)) as { n: number };
          perKey.set(String(key), [...(perKey.get(String(key)) ?? []), n]);
        }
        for (const order of perKey.values()) expect(order).toEqual([...order].sort((a, b) => a - b));
      }
      expect(visible(world, v)).toHaveLength(30);
    }
    expect(publisher.stats()).toMatchObject({ published: 30, pending: 0, outcomesUnknown: 0 });
    expect(publisher.stats().transactions).toBeLessThanOrEqual(8);
  });

  it('gives twins the same id, key, partition, createdAt and published versions', async () => {
    const world = worldWith(5);
    const publisher = await world.publisher('p1', [1, 2]);
    const published = await world.clock.settle(publish(publisher, 'loan-7', 1));

    for (const v of [1, 2]) {
      const [record] = world.broker.log(world.topic(v), published.partition).committed();
      expect(record).toBeDefined();
      if (record === undefined) continue;
      expect(String(record.key)).toBe('loan-7');
      expect(record.timestamp).toBe(published.createdAt);
      expect(header(record, headerNames.id)).toBe(published.id);
      expect(header(record, headerNames.time)).toBe(new Date(published.createdAt).toISOString());
      expect(header(record, headerNames.publishedVersions)).toBe('1,2');
      expect(header(record, headerNames.dataSchema)).toBe(`/subjects/${world.topic(v)}-value/versions/1`);
    }
  });

  it('never shows one twin without the other, whatever gets lost on the way', async () => {
    const world = worldWith();
    const publisher = await world.publisher('p1', [1, 2], { limits: { maxBatchEvents: 2 } });
    world.broker.network.fail({ operation: 'commit', how: 'lost-response', times: 2 });
    world.broker.network.fail({ operation: 'send', how: 'lost-response', times: 2 });
    world.broker.network.fail({ operation: 'commit', how: 'lost-request', times: 2 });
    const all = Promise.all(Array.from({ length: 8 }, (_, n) => publish(publisher, 'k', n)));
    let done = false;
    void all.then(() => {
      done = true;
    });
    while (!done) {
      await world.clock.advance(1);
      expect(idsOf(visible(world, 1))).toEqual(idsOf(visible(world, 2)));
    }
    expect(new Set(idsOf(visible(world, 1))).size).toBe(8);
  });

  it('never stamps earlier than its predecessor of the same name, whose clock ran ahead by the margin', async () => {
    const world = new BookWorld();
    const ahead = skewedClock(world.clock, () => 900);
    const first = await world.publisher('p1', [1, 2], { clock: ahead });
    const before = await world.clock.settle(publish(first, 'k', 1));
    await world.clock.settle(first.close());
    const second = await world.publisher('p1', [1, 2]);
    const after = await world.clock.settle(publish(second, 'k', 2));
    expect(after.createdAt).toBeGreaterThan(before.createdAt);
  });

  it('stamps createdAt right before the first attempt, and never earlier than the event before', async () => {
    const world = worldWith();
    let skew = 0;
    const clock = skewedClock(world.clock, () => skew);
    const publisher = await world.publisher('p1', [1, 2], { clock });
    const first = await world.clock.settle(publish(publisher, 'k', 1));
    skew = -5_000;
    const second = await world.clock.settle(publish(publisher, 'k', 2));
    skew = 0;
    await world.clock.advance(50);
    const third = await world.clock.settle(publish(publisher, 'k', 3));

    expect(second.createdAt).toBe(first.createdAt);
    expect(third.createdAt).toBeGreaterThan(second.createdAt);
  });
});

describe('failures', () => {
  it('sends the very same again after the response of a commit got lost', async () => {
    const world = worldWith();
    const publisher = await world.publisher('p1', [1, 2]);
    world.broker.network.fail({ operation: 'commit', how: 'lost-response' });
    const published = await world.clock.settle(publish(publisher, 'k', 1));

    for (const v of [1, 2]) {
      const [first, second, ...more] = visible(world, v);
      expect(more).toEqual([]);
      expect(first && header(first, headerNames.id)).toBe(published.id);
      expect(second).toEqual({ ...first, offset: second?.offset });
      expect(first?.timestamp).toBe(published.createdAt);
    }
    expect(publisher.stats()).toMatchObject({ producersReplaced: 1, outcomesUnknown: 0, published: 1 });
  });

  it.each([
    ['begin', 'lost-request'],
    ['send', 'lost-request'],
    ['send', 'lost-response'],
    ['commit', 'lost-request'],
    ['commit', 'lost-response'],
  ] as const)('replaces the producer after a %s with a %s', async (operation, how) => {
    const world = worldWith();
    const publisher = await world.publisher('p1', [1, 2]);
    world.broker.network.fail({ operation, how });
    const { id } = await world.clock.settle(publish(publisher, 'k', 1));

    expect(world.broker.network.requests('connect')).toBe(2);
    const outcome = operation === 'commit' ? 'unknown' : 'failed';
    expect(publisher.stats()).toMatchObject({
      producersReplaced: 1,
      outcomes: { committed: 1, failed: 0, unknown: 0, [outcome]: 1 },
    });
    expect(new Set(idsOf(visible(world, 1)))).toEqual(new Set([id]));
    expect(idsOf(visible(world, 2))).toEqual(idsOf(visible(world, 1)));
  });

  it('goes on when the broker has aborted its transaction for taking too long', async () => {
    const world = worldWith();
    const publisher = await world.publisher('p1', [1, 2]);
    const publishing = publish(publisher, 'k', 1);
    await world.clock.until(() => world.broker.network.requests('commit') === 1);
    world.broker.transactions.expire('lending.p1');
    const { id } = await world.clock.settle(publishing);

    expect(idsOf(visible(world, 1))).toEqual([id]);
    expect(idsOf(visible(world, 2))).toEqual([id]);
  });

  it('fences a predecessor of the same name, whose open transaction is never seen', async () => {
    const world = worldWith();
    const old = await world.publisher('p1', [1, 2]);
    world.broker.network.fail({ operation: 'connect', how: 'lost-request', times: 1_000, process: 'p1' });
    const lost = rejection(publish(old, 'k', 1));
    await world.clock.until(() => world.broker.log(world.topic(2)).highWatermark() === 1);
    world.broker.network.heal();
    const producer = world.broker.connect('successor').createProducer('lending.p1');
    await world.clock.settle(producer);
    expect(visible(world, 2)).toEqual([]);
    expect(world.broker.log(world.topic(2)).lastStableOffset()).toBe(2);
    await world.clock.settle(lost);
    expect(new Set(idsOf(visible(world, 2))).size).toBe(1);
  });

  it('says that the outcome is unknown if the deadline passes after a commit was under way', async () => {
    const world = worldWith();
    const publisher = await world.publisher('p1', [1, 2], { limits: { deadlineMs: 1_000 } });
    world.broker.network.fail({ operation: 'commit', how: 'lost-response' });
    world.broker.network.fail({ operation: 'connect', how: 'lost-request', times: 1_000 });
    const error = await world.clock.settle(rejection(publish(publisher, 'k', 1)));

    expect(error).toMatchObject({ code: 'outcome-unknown', details: { id: 'p1-1', source: 'lending' } });
    expect(idsOf(visible(world, 2))).toEqual(['p1-1']);
    expect(publisher.stats()).toMatchObject({ outcomesUnknown: 1, published: 0, pending: 0 });
  });

  it('says for certain that nothing is visible if no commit was ever under way', async () => {
    const world = worldWith();
    const publisher = await world.publisher('p1', [1, 2], { limits: { deadlineMs: 1_000 } });
    world.broker.network.fail({ operation: 'send', how: 'lost-response', times: 1_000 });
    const error = await world.clock.settle(rejection(publish(publisher, 'k', 1)));
    expect(error).toMatchObject({ code: 'broker-unavailable' });
    expect(publisher.health().kind).toBe('retrying');

    world.broker.network.heal();
    const { id } = await world.clock.settle(publish(publisher, 'k', 2));
    expect(idsOf(visible(world, 2))).toEqual([id]);
    expect(publisher.health()).toEqual({ kind: 'ready' });
    expect(publisher.stats().outcomesUnknown).toBe(0);
  });

  it('keeps the deadline of events that wait behind a batch that is retried', async () => {
    const world = new BookWorld({ latencyMs: 300 });
    const publisher = await world.publisher('p1', [1, 2], {
      limits: { deadlineMs: 1_000, maxBatchEvents: 1 },
    });
    world.broker.network.fail({ operation: 'begin', how: 'lost-request', times: 10_000 });
    const began = world.clock.now();
    const errors = Promise.all([1, 2, 3, 4, 5, 6].map((n) => rejection(publish(publisher, 'k', n))));
    const all = await world.clock.settle(errors);

    expect(all.every((error) => isBatonError(error, 'broker-unavailable'))).toBe(true);
    expect(world.clock.now() - began).toBeLessThan(2_500);
    expect(visible(world, 2)).toEqual([]);
  });

  it('does not let an event type that can never be written hold up the others', async () => {
    const world = worldWith();
    const Other = defineEventType<{ 1: { n: number } }, 1>({
      name: 'lending.BooksReturned',
      kind: 'event',
      newest: 1,
      versions: { 1: { schema: {} } },
      downcasts: {},
      upcasts: {},
    });
    world.broker.createTopic('lending.BooksReturned.v1');
    const publisher = await world.publisher('p1', [1, 2], {
      publishes: [
        { eventType: BookEvent as EventType, versions: [1, 2] },
        { eventType: Other as EventType, versions: [1] },
      ],
    });
    world.broker.deleteTopic('lending.BooksReturned.v1');
    const good = publish(publisher, 'k', 1);
    const bad = rejection(publisher.publish(Other, { key: 'k', data: { n: 1 } }));
    const after = publish(publisher, 'k', 2);

    expect(await world.clock.settle(bad)).toMatchObject({ code: 'topic-missing' });
    const ids = await world.clock.settle(Promise.all([good, after]));
    expect(idsOf(visible(world, 2))).toEqual(ids.map(({ id }) => id));
  });
});

describe('what is refused', () => {
  it.each(['', 'a\u0000b', '\n', '\ud800'])('refuses the key %j before anything is sent', async (key) => {
    const world = worldWith();
    const publisher = await world.publisher('p1', [1, 2]);
    await expect(publish(publisher, key, 1)).rejects.toMatchObject({ code: 'invalid-key' });
    expect(world.broker.network.requests('begin')).toBe(0);
  });

  it('refuses a key that is not the key field of the payload', async () => {
    const world = worldWith();
    const keyed = { ...BookEvent, keyField: 'n' } as unknown as EventType;
    const publisher = await world.publisher('p1', [1, 2], {
      publishes: [{ eventType: keyed, versions: [1, 2] }],
    });
    const wrong = publisher.publish(keyed, { key: 'a', data: { n: 'b' } as never });
    await expect(wrong).rejects.toMatchObject({ code: 'invalid-key' });
    await world.clock.settle(publisher.publish(keyed, { key: 'b', data: { n: 'b' } as never }));
  });

  it('refuses data that does not fit, events that are too large, and unknown event types', async () => {
    const world = worldWith();
    const publisher = await world.publisher('p1', [2], { limits: { maxMessageBytes: 1_000 } });
    const nothing = publisher.publish(BookEvent, { key: 'k', data: undefined as never });
    await expect(nothing).rejects.toMatchObject({ code: 'invalid-data' });
    const large = publisher.publish(BookEvent, { key: 'k', data: { n: 1, text: 'x'.repeat(600) } as never });
    await expect(large).rejects.toMatchObject({ code: 'event-too-large' });
    const other = { ...BookEvent, name: 'lending.Unknown' } as EventType;
    await expect(publisher.publish(other, { key: 'k', data: {} as never })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    expect(world.broker.network.requests('begin')).toBe(0);
  });

  it('refuses events after it was closed, having finished those before', async () => {
    const world = worldWith();
    const publisher = await world.publisher('p1', [1, 2]);
    const before = publish(publisher, 'k', 1);
    const closing = publisher.close();
    await expect(publish(publisher, 'k', 2)).rejects.toMatchObject({ code: 'publisher-closed' });
    await world.clock.settle(closing);
    const { id } = await before;
    expect(idsOf(visible(world, 2))).toEqual([id]);
    expect(publisher.health()).toEqual({ kind: 'closed' });
    await publisher.close();
  });

  it('refuses more events under way than its limit', async () => {
    const world = worldWith();
    const publisher = await world.publisher('p1', [1, 2], { limits: { maxPending: 3 } });
    const accepted = [1, 2, 3].map((n) => publish(publisher, 'k', n));
    await expect(publish(publisher, 'k', 4)).rejects.toMatchObject({ code: 'publisher-overloaded' });
    await world.clock.settle(Promise.all(accepted));
    await world.clock.settle(publish(publisher, 'k', 5));
    expect(visible(world, 2)).toHaveLength(4);
  });
});

describe('start-up', () => {
  const startWith = async (settings: Partial<TopicSettings>): Promise<unknown> => {
    const world = worldWith();
    world.broker.createTopic(world.topic(2), settings);
    return rejection(world.publisher('p1', [1, 2]));
  };

  it('refuses a missing topic', async () => {
    const world = worldWith();
    world.broker.deleteTopic(world.topic(1));
    const error = await rejection(world.publisher('p1', [1, 2]));
    expect(error).toMatchObject({ code: 'topic-missing', message: expect.stringContaining(world.topic(1)) });
  });

  it.each([
    ['unequal partition counts', { partitions: 2 }, 'equal partition counts'],
    ['LogAppendTime', { timestampType: 'LogAppendTime' }, 'CreateTime'],
    ['clocks that may run far ahead', { timestampAfterMaxMs: 3_600_000 }, 'after.max.ms'],
    ['a limit to late twins', { timestampBeforeMaxMs: 86_400_000 }, 'before.max.ms'],
    ['compaction', { cleanupPolicy: 'compact' }, 'cleanup.policy'],
  ] as const)('refuses topics with %s', async (_, settings, mentioned) => {
    expect(await startWith(settings)).toMatchObject({
      code: 'topic-misconfigured',
      message: expect.stringContaining(mentioned),
    });
  });

  it('refuses to publish a version that no downcast makes, or that does not exist', async () => {
    const world = worldWith();
    const without = { ...BookEvent, downcasts: {} } as EventType;
    const start = (versions: readonly number[]) =>
      rejection(world.publisher('p1', [], { publishes: [{ eventType: without, versions }] }));
    expect(await start([1, 2])).toMatchObject({ code: 'missing-translation' });
    expect(await start([2, 3])).toMatchObject({ code: 'invalid-configuration' });
    expect(await start([2])).not.toBeInstanceOf(Error);
  });

  it('does not start without a broker', async () => {
    const world = worldWith();
    world.broker.network.fail({ operation: 'connect', how: 'lost-request' });
    expect(await rejection(world.publisher('p1', [1, 2]))).toMatchObject({ code: 'broker-unavailable' });
  });
});
