import { bind, defaultTimeline, instantFromMillis, version } from '@baton/core';
import {
  type ConsumerHealth,
  type ConsumerStats,
  type GroupBindings,
  type LogOffsets,
  type PublisherStats,
  systemClock,
} from '@baton/messaging';
import type { InboxStats, RelayStats } from '@baton/postgres';
import {
  createMetrics,
  type Metrics,
  measureBindings,
  measureConsumer,
  measureInbox,
  measureLag,
  measurePublisher,
  measureRelay,
} from '../src';

const spread = { bounds: [0.1, 1], counts: [3, 2, 1], sum: 4.5 };

/** What a consumer, a publisher, a relay and an inbox could have counted; tests change it. */
export const someWork = () => {
  const consumer: ConsumerStats = {
    processed: new Map([['lending.BooksBorrowed.v1', 5]]),
    skipped: new Map([['lending.BooksBorrowed.v2', 3]]),
    stragglers: 1,
    holds: 2,
    heldNow: 1,
    failures: 4,
    rebalances: 4,
    restarts: 0,
    ordersGivenUp: 0,
    parked: new Map([['failed', 6]]),
    parkedByTopic: new Map([['lending.BooksBorrowed.v1', 6]]),
    handlerTimes: new Map([['lending.BooksBorrowed.v1', { done: spread, failed: spread }]]),
    holdTimes: new Map([['lending.BooksBorrowed', spread]]),
    openLetters: new Map([[0, 6]]),
    progress: [
      { topic: 'lending.BooksBorrowed.v1', partition: 0, done: 40 },
      { topic: 'lending.BooksBorrowed.v1', partition: 2, done: 7 },
    ],
  };
  const publisher: PublisherStats = {
    published: 9,
    transactions: 8,
    outcomes: { committed: 8, failed: 2, unknown: 1 },
    producersReplaced: 3,
    outcomesUnknown: 0,
    pending: 6,
  };
  const relay: RelayStats = {
    sent: 5,
    outcomes: { committed: 4, failed: 0, unknown: 0 },
    parked: 1,
    ranges: [0, 1],
    lag: { open: 3, oldestMs: 2_500, parked: 1 },
  };
  const inbox: InboxStats = { handled: 3, repeated: 2, fenced: 1 };
  const bindings: GroupBindings = {
    timeline: bind(defaultTimeline(version(1)), { since: instantFromMillis(1_500), version: version(2) }),
    proposal: undefined,
    deprecated: new Map([[version(1), { deadline: 60_000, successor: version(2) }]]),
  };
  const health = { kind: 'ready' } as ConsumerHealth;
  const end: LogOffsets['end'] = async () => [42, 0, 7];
  return { consumer, publisher, relay, inbox, bindings, health, end };
};

/** Every metric of ours that a service can have. */
export const everyMetric = (work: ReturnType<typeof someWork> = someWork()): Metrics => {
  const metrics = createMetrics({ ofProcess: false });
  const group = 'reminders';
  measureConsumer(metrics, group, { stats: () => work.consumer, health: () => work.health });
  measureLag(metrics, {
    group,
    progress: () => work.consumer.progress,
    logOffsets: { end: (topic) => work.end(topic) },
    clock: systemClock,
  });
  const bindings = { of: () => work.bindings };
  measureBindings(metrics, { group, eventTypes: ['lending.BooksBorrowed'], bindings });
  measurePublisher(metrics, () => work.publisher);
  measureRelay(metrics, () => work.relay);
  measureInbox(metrics, () => work.inbox);
  return metrics;
};
