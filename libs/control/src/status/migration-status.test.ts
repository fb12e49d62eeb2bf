import { topicOf } from '@baton/core';
import { createMemoryGroups } from '@baton/testing';
import {
  createMigrationWorld,
  eventType,
  hour,
  type MigrationWorld,
  migration,
  start,
  timings,
  v1,
  v2,
} from '../../test-support/migration-world';
import { lagSeconds, readMigrationStatus, trendOf } from '../index';

const status = (world: MigrationWorld) =>
  readMigrationStatus(
    world.deps(),
    { eventType, version: v1 },
    { versions: [v1, v2], manifest: [], marginMs: timings.marginMs, clock: world.clock },
  );
const phases = async (world: MigrationWorld) =>
  (await status(world)).groups.map(({ group, phase }) => [group, phase]);

describe('the status of a migration', () => {
  it('follows every group from unbound to dropped', async () => {
    const world = await createMigrationWorld();
    await world.startPublisher('lending-1');
    expect(await phases(world)).toEqual([
      ['reminders', 'unbound'],
      ['statistics', 'unbound'],
    ]);
    await world.settle(world.apply());
    expect(await phases(world)).toContainEqual(['reminders', 'cut-ahead']);
    await world.pass(hour);
    world.groups.setCommitted('statistics', topicOf(eventType, v1), [1, 0]);
    const draining = (await status(world)).groups[1];
    expect(draining).toMatchObject({
      phase: 'draining',
      drainedPercent: 33,
      verdict: { verdict: 'not-yet' },
    });
    world.groups.setCommitted('statistics', topicOf(eventType, v1), [2, 1]);
    expect((await status(world)).groups[1]).toMatchObject({
      phase: 'drained',
      drainedPercent: 100,
      lag: { events: 0, seconds: 0 },
      verdict: { verdict: 'safe' },
    });
    await world.settle(world.apply({ ...migration, groups: migration.groups.slice(0, 1) }));
    expect(await phases(world)).toEqual([
      ['reminders', 'dropped'],
      ['statistics', 'drained'],
    ]);
  });

  it('does not know how far a group is whose offsets are missing', async () => {
    const world = await createMigrationWorld();
    await world.startPublisher('lending-1');
    await world.settle(world.apply());
    await world.pass(hour);
    world.groups.setCommitted('statistics', topicOf(eventType, v1), [2, undefined]);
    expect((await status(world)).groups[1]).toMatchObject({
      drainedPercent: undefined,
      verdict: { verdict: 'unknown' },
    });
  });

  it('shows the last traffic, and what was written past the final end', async () => {
    const world = await createMigrationWorld();
    await world.startPublisher('lending-1');
    await world.settle(world.apply());
    await world.pass(hour);
    await world.settle(world.apply());
    world.seen.sources = [{ source: '/old', publishedVersions: [1], records: 1, newest: start + 5 }];
    expect(await status(world)).toMatchObject({ grown: [], lastTraffic: { value: start + 5 } });
    world.groups.setTopic(topicOf(eventType, v1), [[1, 2, start + 5], [1]]);
    expect((await status(world)).grown).toEqual([{ partition: 0, final: 2, end: 3 }]);
  });
});

describe('the lag in seconds', () => {
  const topic = 'lending.BooksBorrowed.v1';
  const now = 10_000_000;
  const lag = (committed: readonly (number | undefined)[]) => {
    const broker = createMemoryGroups();
    broker.setTopic(topic, [[now - 900_000, now - 60_000, now - 100], []]);
    return lagSeconds(broker, topic, { committed, ends: [3, 0], now });
  };

  it('is the age of the oldest unread record, to about a tenth', async () => {
    for (const [committed, seconds] of [
      [0, 900],
      [1, 60],
    ] as const) {
      const found = (await lag([committed, 0])) ?? 0;
      expect(found).toBeGreaterThanOrEqual(seconds);
      expect(found).toBeLessThan(seconds * 1.15);
    }
    expect(await lag([2, 0])).toBeLessThan(0.3);
  });

  it('is asked for in whole milliseconds, as brokers take no others', async () => {
    const asked: number[] = [];
    const firstStampedFrom = async (_: string, instant: number) => {
      asked.push(instant);
      return [instant > now - 2_500 ? 1 : 0];
    };
    await lagSeconds({ firstStampedFrom }, topic, { committed: [0], ends: [1], now: now + 0.25 });
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((instant) => !Number.isInteger(instant))).toEqual([]);
  });

  it('is 0 when nothing is unread, and unknown when an offset is', async () => {
    expect(await lag([3, 0])).toBe(0);
    expect(await lag([3, undefined])).toBeUndefined();
  });
});

describe('the trend of a backlog', () => {
  it('says when it is over at this pace', () => {
    expect(trendOf({ at: 0, lag: 300 }, { at: 1000, lag: 200 })).toEqual({
      direction: 'falling',
      perSecond: -100,
      eta: 3000,
    });
    expect(trendOf({ at: 0, lag: 9 }, { at: 1000, lag: 0 })).toMatchObject({ eta: 1000 });
  });

  it('has no end while it rises, stands, or is not known', () => {
    expect(trendOf({ at: 0, lag: 1 }, { at: 1000, lag: 2 })).toMatchObject({
      direction: 'rising',
      eta: undefined,
    });
    expect(trendOf({ at: 0, lag: 2 }, { at: 1000, lag: 2 })).toMatchObject({
      direction: 'steady',
      eta: undefined,
    });
    expect(trendOf({ at: 0, lag: undefined }, { at: 1000, lag: 2 }).direction).toBe('unknown');
    expect(trendOf({ at: 1000, lag: 3 }, { at: 1000, lag: 2 }).direction).toBe('unknown');
  });
});
