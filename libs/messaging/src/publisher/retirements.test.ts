import { defineEventType, type EventType, headerNames, type Version } from '@baton/core';
import {
  type FetchedRecord,
  type PublicationPolicy,
  silentLogger,
  type VersionStanding,
} from '@baton/messaging';
import { BookEvent, BookWorld } from '@baton/testing';
import type { EventPublisher } from './types';

const live: VersionStanding = { kind: 'live' };
const retiring: VersionStanding = { kind: 'retiring' };
const retiredStanding: VersionStanding = { kind: 'retired' };

/** A policy that the test decides, and what publishers acknowledged to it. */
class DecidedPolicy implements PublicationPolicy {
  readonly acknowledged: number[] = [];
  log: 'reachable' | 'unreachable' = 'reachable';
  private readonly standings = new Map<number, VersionStanding>();
  private readonly listeners = new Set<() => void>();

  constructor(standings: Readonly<Record<number, VersionStanding>> = {}) {
    for (const [v, standing] of Object.entries(standings)) this.standings.set(Number(v), standing);
  }

  decide(v: number, standing: VersionStanding): void {
    this.standings.set(v, standing);
    for (const listener of this.listeners) listener();
  }

  async catchUp(): Promise<void> {
    this.assertReachable();
  }

  standing(eventType: string, version: Version): VersionStanding {
    return (eventType === BookEvent.name && this.standings.get(version)) || live;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async acknowledgeRetired(_eventType: string, version: Version): Promise<void> {
    this.assertReachable();
    this.acknowledged.push(version);
  }

  async close(): Promise<void> {}

  private assertReachable(): void {
    if (this.log === 'unreachable') throw new Error('the control log is away');
  }
}

const publish = (publisher: EventPublisher, n = 1) => publisher.publish(BookEvent, { key: 'k', data: { n } });

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => error,
  );

const visible = (world: BookWorld, v: number): readonly FetchedRecord[] =>
  world.broker.log(world.topic(v)).committed();
const headers = (world: BookWorld, v: number, name: string): (string | undefined)[] =>
  visible(world, v).map(({ headers: all }) => all[name] && String(all[name]));

const start = async (policy: DecidedPolicy, versions: readonly number[] = [1, 2], deadlineMs = 30_000) => {
  const world = new BookWorld();
  const publisher = await world.publisher('p1', versions, { policy, limits: { deadlineMs } });
  return { world, publisher };
};

describe('a version that retires', () => {
  it('is left out of new events without a restart, and acknowledged', async () => {
    const policy = new DecidedPolicy();
    const { world, publisher } = await start(policy);
    await world.clock.settle(publish(publisher));
    policy.decide(1, retiring);
    const after = await world.clock.settle(publish(publisher));

    expect(after.published).toEqual([2]);
    expect(headers(world, 1, headerNames.publishedVersions)).toEqual(['1,2']);
    expect(headers(world, 2, headerNames.publishedVersions)).toEqual(['1,2', '2']);
    expect(policy.acknowledged).toEqual([1]);
    expect(publisher.publishing()).toEqual(new Map([[BookEvent.name, [2]]]));
  });

  it('stays in events accepted before, through every resend, and is acknowledged after them', async () => {
    const policy = new DecidedPolicy();
    const { world, publisher } = await start(policy);
    world.broker.network.fail({ operation: 'commit', how: 'lost-response', times: 3 });
    const before = publish(publisher, 1);
    await world.clock.until(() => world.broker.network.requests('commit') === 1);
    policy.decide(1, retiring);
    await world.clock.until(() => world.broker.network.requests('commit') === 3);
    expect(policy.acknowledged).toEqual([]);
    expect((await world.clock.settle(before)).published).toEqual([1, 2]);
    await world.clock.until(() => policy.acknowledged.length > 0);

    expect(policy.acknowledged).toEqual([1]);
    expect(new Set(headers(world, 2, headerNames.publishedVersions))).toEqual(new Set(['1,2']));
    expect(headers(world, 1, headerNames.id)).toEqual(headers(world, 2, headerNames.id));
  });

  it('is acknowledged after a rejected event only once its transaction cannot take effect any more', async () => {
    const policy = new DecidedPolicy();
    const { world, publisher } = await start(policy, [1, 2], 1_000);
    world.broker.network.fail({ operation: 'commit', how: 'lost-request' });
    world.broker.network.fail({ operation: 'connect', how: 'lost-request', times: 10_000 });
    const lost = rejection(publish(publisher));
    await world.clock.until(() => world.broker.network.requests('commit') === 1);
    policy.decide(1, retiring);
    expect(await world.clock.settle(lost)).toMatchObject({ code: 'outcome-unknown' });
    await world.clock.advance(5_000);
    expect(world.broker.log(world.topic(1)).lastStableOffset()).toBe(0);
    expect(policy.acknowledged).toEqual([]);

    world.broker.network.heal();
    await world.clock.until(() => policy.acknowledged.length > 0);
    expect(world.broker.log(world.topic(1)).lastStableOffset()).toBe(
      world.broker.log(world.topic(1)).highWatermark(),
    );
    expect(visible(world, 1)).toEqual([]);
  });

  it('is acknowledged by a successor that starts into it, after it has fenced its predecessor', async () => {
    const policy = new DecidedPolicy({ 1: retiring });
    const { world, publisher } = await start(policy);
    await world.clock.until(() => policy.acknowledged.length > 0);
    expect(world.broker.network.requests('connect')).toBe(1);
    expect((await world.clock.settle(publish(publisher))).published).toEqual([2]);
  });

  it('is acknowledged although the control log is away for a while', async () => {
    const policy = new DecidedPolicy();
    const { world } = await start(policy);
    policy.log = 'unreachable';
    policy.decide(1, retiring);
    await world.clock.advance(10_000);
    expect(policy.acknowledged).toEqual([]);
    policy.log = 'reachable';
    await world.clock.until(() => policy.acknowledged.length > 0);
    await world.clock.advance(60_000);
    expect(policy.acknowledged).toEqual([1]);
  });

  it('is published again when that is withdrawn, and acknowledged anew when it retires after all', async () => {
    const policy = new DecidedPolicy();
    const { world, publisher } = await start(policy);
    policy.decide(1, retiring);
    await world.clock.until(() => policy.acknowledged.length === 1);
    policy.decide(1, live);
    world.broker.network.fail({ operation: 'commit', how: 'lost-request' });
    const between = publish(publisher);
    policy.decide(1, retiring);
    await world.clock.until(() => world.broker.network.requests('commit') === 2);
    expect(policy.acknowledged).toEqual([1]);

    expect((await world.clock.settle(between)).published).toEqual([1, 2]);
    await world.clock.until(() => policy.acknowledged.length === 2);
  });

  it('does not lose its acknowledgement when the publisher closes', async () => {
    const policy = new DecidedPolicy();
    const { world, publisher } = await start(policy);
    const before = publish(publisher);
    policy.decide(1, retiring);
    await world.clock.settle(publisher.close());
    await before;
    expect(policy.acknowledged).toEqual([1]);
  });

  it('can be the newest one: older versions are made from its data as before', async () => {
    const policy = new DecidedPolicy({ 2: retiring });
    const { world, publisher } = await start(policy);
    expect((await world.clock.settle(publish(publisher))).published).toEqual([1]);
    expect(JSON.parse(String(visible(world, 1)[0]?.value))).toEqual({ n: 1, changeInfo: 'none' });
  });
});

describe('an event type without any version left', () => {
  it('keeps a publisher from starting', async () => {
    const world = new BookWorld();
    const only = rejection(world.publisher('p1', [1], { policy: new DecidedPolicy({ 1: retiredStanding }) }));
    expect(await only).toMatchObject({ code: 'version-retired' });
    const both = new DecidedPolicy({ 1: retiredStanding, 2: retiring });
    expect(await rejection(world.publisher('p2', [1, 2], { policy: both }))).toMatchObject({
      code: 'version-retired',
      message: expect.stringContaining('v1, v2'),
    });
    expect(world.broker.network.requests('connect')).toBe(0);
  });

  it('is refused by a publisher that runs, which acknowledges it and goes on with the others', async () => {
    const Other = defineEventType<{ 1: { n: number } }, 1>({
      name: 'lending.BooksReturned',
      kind: 'event',
      newest: 1,
      versions: { 1: { schema: {} } },
      downcasts: {},
      upcasts: {},
    });
    const world = new BookWorld();
    world.broker.createTopic('lending.BooksReturned.v1');
    const policy = new DecidedPolicy();
    const publisher = await world.publisher('p1', [1], {
      policy,
      publishes: [
        { eventType: BookEvent as EventType, versions: [1] },
        { eventType: Other as EventType, versions: [1] },
      ],
    });
    policy.decide(1, retiring);
    await expect(publish(publisher)).rejects.toMatchObject({ code: 'version-retired' });
    await world.clock.settle(publisher.publish(Other, { key: 'k', data: { n: 1 } }));
    expect(policy.acknowledged).toEqual([1]);
    expect(publisher.publishing().get(BookEvent.name)).toEqual([]);
  });

  it('does not matter once the version is retired and its topic gone, if another one is left', async () => {
    const world = new BookWorld();
    world.broker.deleteTopic(world.topic(1));
    const policy = new DecidedPolicy({ 1: retiredStanding });
    const publisher = await world.publisher('p1', [1, 2], { policy });
    expect((await world.clock.settle(publish(publisher))).published).toEqual([2]);
    expect(policy.acknowledged).toEqual([]);
  });
});

describe('a deprecated version', () => {
  const since = Date.parse('2026-11-01T00:00:00Z');
  const sunset = Date.parse('2026-12-01T00:00:00Z');

  it('says so on its own messages, as things stood when the event was accepted', async () => {
    const policy = new DecidedPolicy();
    const { world, publisher } = await start(policy);
    policy.decide(1, { kind: 'deprecated', since, sunset, successor: 2 as Version });
    world.broker.network.fail({ operation: 'commit', how: 'lost-response' });
    const publishing = publish(publisher);
    await world.clock.until(() => world.broker.network.requests('commit') === 1);
    policy.decide(1, { kind: 'deprecated', since, sunset: sunset + 86_400_000, successor: 2 as Version });
    expect((await world.clock.settle(publishing)).published).toEqual([1, 2]);
    await world.clock.settle(publish(publisher));

    const first = '2026-12-01T00:00:00.000Z';
    expect(headers(world, 1, 'ce_deprecatedsunset')).toEqual([first, first, '2026-12-02T00:00:00.000Z']);
    expect(visible(world, 1)[0]?.headers).toMatchObject({
      ce_deprecated: Buffer.from('true'),
      ce_deprecatedfrom: Buffer.from('2026-11-01T00:00:00.000Z'),
      ce_deprecatedmigration: Buffer.from(world.topic(2)),
    });
    expect(headers(world, 2, 'ce_deprecated')).toEqual([undefined, undefined, undefined]);
    expect(policy.acknowledged).toEqual([]);
  });
});

describe('a second process with the same name', () => {
  it('is named in log and health from the third time on, and no event is given up for it', async () => {
    const world = new BookWorld();
    const errors: object[] = [];
    const logger = { ...silentLogger, error: (fields: object) => void errors.push(fields) };
    const publisher = await world.publisher('p1', [1, 2], { logger });
    const fence = (times: number) =>
      world.broker.network.fail({ operation: 'send', how: 'lost-request', code: 'producer-fenced', times });
    fence(2);
    await world.clock.settle(publish(publisher, 1));
    expect(errors).toEqual([]);
    expect(publisher.health()).toEqual({ kind: 'ready' });

    fence(4);
    await world.clock.settle(publish(publisher, 2));
    expect(errors).toEqual([expect.objectContaining({ transactionalId: 'lending.p1', times: 3 })]);
    expect(publisher.health()).toMatchObject({
      kind: 'retrying',
      because: expect.stringContaining('"lending.p1"'),
    });

    await world.clock.advance(61_000);
    expect(publisher.health()).toEqual({ kind: 'ready' });
    expect(visible(world, 2)).toHaveLength(2);
  });
});
