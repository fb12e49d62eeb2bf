import type { InboxStats, RelayStats } from '@baton/postgres';
import type { Metrics } from './metrics';
import { outcomeSamples, outcomesHelp } from './publisher-metrics';

/** Measures the relay of an outbox. */
export const measureRelay = (metrics: Metrics, stats: () => RelayStats): void => {
  const counters = [
    ['baton_outbox_events_total', 'Events sent: all their twins are committed.', 'sent'],
    ['baton_outbox_parked_total', 'Events put aside because they cannot be sent as they are.', 'parked'],
  ] as const;
  for (const [name, help, field] of counters) {
    metrics.counter(name, { help, read: () => [{ value: stats()[field] }] });
  }
  metrics.counter('baton_outbox_transactions_total', {
    help: outcomesHelp,
    labels: ['outcome'],
    read: () => outcomeSamples(stats().outcomes),
  });
  metrics.gauge('baton_outbox_ranges_owned', {
    help: 'Ranges of keys that this relay works on at present.',
    read: () => [{ value: stats().ranges.length }],
  });
  const lags = [
    ['baton_outbox_open_events', 'Events in the outbox that are not known to be sent.', (lag) => lag.open],
    ['baton_outbox_lag_seconds', 'How long the oldest of them has waited.', (lag) => lag.oldestMs / 1_000],
    ['baton_outbox_parked_events', 'Events that are parked at present.', (lag) => lag.parked],
  ] as const satisfies readonly (readonly [
    string,
    string,
    (lag: NonNullable<RelayStats['lag']>) => number,
  ])[];
  for (const [name, help, measure] of lags) {
    metrics.gauge(name, {
      help,
      read: () => {
        const { lag } = stats();
        return lag === undefined ? [] : [{ value: measure(lag) }];
      },
    });
  }
};

/** Measures an inbox. */
export const measureInbox = (metrics: Metrics, stats: () => InboxStats): void => {
  const counters = [
    ['baton_inbox_handled_total', 'Events whose effect and mark were committed.', 'handled'],
    ['baton_inbox_repeated_total', 'Events that came again and took no effect.', 'repeated'],
    ['baton_inbox_fenced_total', 'Transactions refused because the lease had ended.', 'fenced'],
  ] as const;
  for (const [name, help, field] of counters) {
    metrics.counter(name, { help, read: () => [{ value: stats()[field] }] });
  }
};
