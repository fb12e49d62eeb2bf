import { parseTopic } from '@baton/core';
import type { ConsumerHealth, ConsumerStats, Spread } from '@baton/messaging';
import type { MetricOptions, Metrics, Sample, SpreadSample } from './metrics';

/** What is measured of a consumer. */
export interface MeasuredConsumer {
  stats(): ConsumerStats;
  health(): ConsumerHealth;
}

const byVersion = ['group', 'event_type', 'version'] as const;

/** Measures what a consumer of a group does. */
export const measureConsumer = (metrics: Metrics, group: string, consumer: MeasuredConsumer): void => {
  const own = { group };
  metrics.counter('baton_decisions_total', {
    help: 'Messages done with, by outcome: `processed` by the handler, `skipped` because another version of the event counts, `parked` as a dead letter.',
    labels: [...byVersion, 'outcome'],
    read: () => {
      const { processed, skipped, parkedByTopic } = consumer.stats();
      const outcomes = Object.entries({ processed, skipped, parked: parkedByTopic });
      return outcomes.flatMap(([outcome, counts]) =>
        [...counts].map(([topic, value]) => ({ value, labels: { ...own, ...placeOf(topic), outcome } })),
      );
    },
  });
  measureTimes(metrics, group, consumer);
  for (const [name, help, field] of counters) {
    metrics.counter(name, {
      help,
      labels: ['group'],
      read: () => [{ value: consumer.stats()[field], labels: own }],
    });
  }
  metrics.counter('baton_dead_letters_total', {
    help: 'Events parked in the dead-letter topic of the group, by the reason.',
    labels: ['group', 'because'],
    read: () =>
      [...consumer.stats().parked].map(([because, value]) => ({ value, labels: { ...own, because } })),
  });
  for (const [name, options] of gaugesOf(group, consumer)) metrics.gauge(name, options);
};

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

const measureTimes = (metrics: Metrics, group: string, consumer: MeasuredConsumer): void => {
  metrics.histogram('baton_handler_duration_seconds', {
    help: 'How long tries of handlers took, by outcome: `done` or `failed`.',
    labels: [...byVersion, 'outcome'],
    read: () =>
      [...consumer.stats().handlerTimes].flatMap(([topic, spreads]) =>
        Object.entries(spreads).map(
          ([outcome, spread]: [string, Spread]): SpreadSample => ({
            spread,
            labels: { group, ...placeOf(topic), outcome },
          }),
        ),
      ),
  });
  metrics.histogram('baton_hold_duration_seconds', {
    help: 'How long partitions were held, of holds that have ended.',
    labels: ['group', 'event_type'],
    read: () =>
      [...consumer.stats().holdTimes].map(([eventType, spread]) => ({
        spread,
        labels: { group, event_type: eventType },
      })),
  });
};

const gaugesOf = (group: string, consumer: MeasuredConsumer): readonly [string, MetricOptions][] => [
  [
    'baton_partitions_held',
    {
      help: 'Partitions whose next event waits for an older version at present.',
      labels: ['group'],
      read: () => [{ value: consumer.stats().heldNow, labels: { group } }],
    },
  ],
  [
    'baton_events_blocked',
    {
      help: 'Events that keep failing, hang, or belong to stopped handlers at present. Readiness names them.',
      labels: ['group'],
      read: () => {
        const health = consumer.health();
        return [{ value: health.kind === 'blocked' ? health.on.length : 0, labels: { group } }];
      },
    },
  ],
  [
    'baton_dead_letters_open',
    {
      help: 'Open dead letters that later events of their key wait behind, as this member has read them. Several members may report a partition.',
      labels: ['group', 'partition'],
      read: () =>
        [...consumer.stats().openLetters].map(
          ([partition, value]): Sample => ({ value, labels: { group, partition: String(partition) } }),
        ),
    },
  ],
];

/** Counts are kept by topic: one topic is one version of one event type. */
const placeOf = (topic: string) => {
  const parsed = parseTopic(topic);
  return { event_type: parsed?.eventType ?? topic, version: String(parsed?.version ?? '') };
};
