import { parseTopic } from '@baton/core';
import type { ConsumerStats, PublisherStats } from '@baton/messaging';
import type { Metrics, Sample } from './metrics';

const byVersion = ['event_type', 'version'] as const;

/** Measures a consumer. */
export const measureConsumer = (metrics: Metrics, stats: () => ConsumerStats): void => {
  const counters = [
    [
      'baton_stragglers_total',
      'Events older than the binding that came after the cut was drained.',
      'stragglers',
    ],
    ['baton_holds_total', 'Times a partition was held until an older version was committed.', 'holds'],
    ['baton_handler_failures_total', 'Attempts to handle an event that failed.', 'failures'],
    ['baton_handler_restarts_total', 'Handlers made anew by supervision.', 'restarts'],
    [
      'baton_orders_given_up_total',
      'Events parked whose later events of the key went on without them.',
      'ordersGivenUp',
    ],
    ['baton_rebalances_total', 'Times the group distributed its partitions anew.', 'rebalances'],
  ] as const;
  metrics.counter('baton_events_processed_total', {
    help: 'Events handled, by the version that counted.',
    labels: byVersion,
    read: () => samplesOf(stats().processed),
  });
  metrics.counter('baton_events_skipped_total', {
    help: 'Messages skipped because another version of the event counts.',
    labels: byVersion,
    read: () => samplesOf(stats().skipped),
  });
  metrics.counter('baton_events_parked_total', {
    help: 'Events parked in the dead-letter topic, by the reason.',
    labels: ['because'],
    read: () => [...stats().parked].map(([because, value]) => ({ value, labels: { because } })),
  });
  metrics.gauge('baton_events_held', {
    help: 'Partitions whose next event waits for an older version at present.',
    read: () => [{ value: stats().heldNow }],
  });
  for (const [name, help, field] of counters) {
    metrics.counter(name, { help, read: () => [{ value: stats()[field] }] });
  }
};

/** Counts are kept by topic: one topic is one version of one event type. */
const samplesOf = (counts: ReadonlyMap<string, number>): readonly Sample[] =>
  [...counts].map(([topic, value]) => {
    const parsed = parseTopic(topic);
    return {
      value,
      labels: { event_type: parsed?.eventType ?? topic, version: String(parsed?.version ?? '') },
    };
  });

/** Measures a publisher. */
export const measurePublisher = (metrics: Metrics, stats: () => PublisherStats): void => {
  const counters = [
    ['baton_publisher_events_total', 'Events published: all their twins are committed.', 'published'],
    ['baton_publisher_transactions_total', 'Transactions committed.', 'transactions'],
    ['baton_publisher_producers_replaced_total', 'Producers replaced after an error.', 'producersReplaced'],
    [
      'baton_publisher_outcomes_unknown_total',
      'Events whose caller was told: outcome unknown.',
      'outcomesUnknown',
    ],
  ] as const;
  for (const [name, help, field] of counters) {
    metrics.counter(name, { help, read: () => [{ value: stats()[field] }] });
  }
  metrics.gauge('baton_publisher_pending_events', {
    help: 'Events accepted and not yet committed.',
    read: () => [{ value: stats().pending }],
  });
};
