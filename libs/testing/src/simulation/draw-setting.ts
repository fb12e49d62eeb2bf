import type { ClockError } from '../broker/process';
import { drawOutbox, throughOutbox } from './draw-outbox';
import type { GroupPlan, Plan, PublisherPlan } from './plan-types';
import type { Random } from './random';

/** What a plan says of the world, apart from what happens in it. */
export type Setting = Omit<Plan, 'steps' | 'faultsOverAt' | 'goals'>;

/** Draws the world: how many of everything, how fast, and how wrong the clocks are. */
export const drawSetting = (seed: number, random: Random): Setting => {
  const newest = random.chance(0.12) ? 3 : 2;
  const marginMs = random.pick([500, 1_000, 1_000, 2_000]);
  const timeoutMs = random.pick([6_000, 8_000, 12_000]);
  const slowest = random.pick([3, 8, 20, 60]);
  const outbox = drawOutbox(random.fork('outbox'));
  const publishers = drawPublishers(random.fork('publishers'), marginMs);
  return {
    seed,
    eventType: 'lending.BooksBorrowed',
    versions: newest === 2 ? [1, 2] : [1, 2, 3],
    partitions: random.pick([1, 1, 2, 3]),
    keys: random.pick([
      ['a', 'b'],
      ['a', 'b', 'c'],
      ['a', 'b', 'c', 'd', 'e'],
    ]),
    leaseMs: 6_000,
    marginMs,
    heartbeatMs: random.pick([1_000, 1_500, 2_000]),
    commitMs: random.pick([200, 500, 1_000]),
    rebalanceTimeoutMs: random.pick([6_000, 10_000]),
    listingMs: 3_000,
    decisionMs: random.pick([6_000, 10_000]),
    latencyMs: [1, slowest],
    markerMs: random.pick([
      [0, 0],
      [0, 3],
      [0, 40],
      [0, 400],
    ]),
    transactionTimeoutMs: [timeoutMs, timeoutMs + random.pick([0, 2_000, 10_000])],
    maxRecords: random.pick([1, 3, 8, 20]),
    rejoin: random.pick(['after-batches', 'after-batches', 'at-once']),
    handlerMs: random.pick([
      [0, 0],
      [0, 20],
      [0, 150],
      [20, 400],
    ]),
    failsOneIn: random.pick([0, 0, 25, 8]),
    publishers: outbox === undefined ? publishers : throughOutbox(publishers, random.fork('through')),
    ...(outbox === undefined ? {} : { outbox }),
    groups: drawGroups(random.fork('groups'), newest),
  };
};

/** Clocks of publishers stay within the margin of each other, and none runs ahead of the brokers' by more. */
export const publisherClock = (random: Random, marginMs: number): ClockError => ({
  skewMs: random.chance(0.15) ? -random.int(0, 30_000) : random.int(0, marginMs),
  driftPpm: random.int(-50, 50),
});

/** Clocks of members and scripts may be anything. */
export const anyClock = (random: Random): ClockError => ({
  skewMs: random.chance(0.3) ? 0 : random.int(-20_000, 20_000),
  driftPpm: random.int(-50, 50),
});

const drawPublishers = (random: Random, marginMs: number): readonly PublisherPlan[] =>
  Array.from({ length: random.int(1, 3) }, (_, i) => ({
    name: `p${i + 1}`,
    clock: publisherClock(random, marginMs),
    versions: [1],
    maxBatchEvents: random.pick([1, 2, 5, 500]),
    deadlineMs: random.pick([4_000, 10_000, 20_000]),
  }));

/** A group with static bindings trusts the clocks of its members; they are never behind. */
const drawGroups = (random: Random, newest: number): readonly GroupPlan[] =>
  random.chance(0.08) ? [staticGroup(random, newest)] : logGroups(random, newest);

const staticGroup = (random: Random, newest: number): GroupPlan => ({
  group: 'reminders',
  bindings: 'static',
  reads: newest === 3 ? [1, 2, 3] : [1, 2],
  members: Array.from({ length: random.int(1, 3) }, (_, m) => ({
    name: `reminders-${m + 1}`,
    clock: { skewMs: random.int(0, 300), driftPpm: random.int(0, 50) },
    lagMs: 0,
  })),
});

const logGroups = (random: Random, newest: number): readonly GroupPlan[] =>
  Array.from({ length: random.pick([1, 1, 2]) }, (_, i) => {
    const group = i === 0 ? 'reminders' : 'statistics';
    return {
      group,
      reads: random.chance(0.6) ? [1] : newest === 3 && random.chance(0.5) ? [1, 2, 3] : [1, 2],
      members: Array.from({ length: random.pick([1, 2, 2, 3]) }, (_unused, m) => ({
        name: `${group}-${m + 1}`,
        clock: anyClock(random),
        lagMs: random.chance(0.7) ? 0 : random.pick([50, 300, 1_500]),
        ...(m > 0 && random.chance(0.2) ? { startsAtMs: random.int(10_000, 45_000) } : {}),
      })),
    };
  });
