import type { PublisherStats, TransactionOutcomes } from '@baton/messaging';
import type { Metrics, Sample } from './metrics';

/** Measures a publisher. */
export const measurePublisher = (metrics: Metrics, stats: () => PublisherStats): void => {
  metrics.counter('baton_publisher_events_total', {
    help: 'Events published: all their twins are committed.',
    read: () => [{ value: stats().published }],
  });
  metrics.counter('baton_publisher_transactions_total', {
    help: outcomesHelp,
    labels: ['outcome'],
    read: () => outcomeSamples(stats().outcomes),
  });
  metrics.counter('baton_publisher_outcomes_unknown_total', {
    help: 'Events whose caller was told that nobody knows whether they were published.',
    read: () => [{ value: stats().outcomesUnknown }],
  });
  metrics.gauge('baton_publisher_pending_events', {
    help: 'Events accepted and not yet committed.',
    read: () => [{ value: stats().pending }],
  });
};

/** What every counter of transactions by outcome says. */
export const outcomesHelp =
  'Transactions by outcome: `committed`, `failed` before the commit, `unknown` if the commit itself failed. What failed is sent again.';

/** The samples of such a counter. */
export const outcomeSamples = (outcomes: Readonly<TransactionOutcomes>): readonly Sample[] =>
  Object.entries(outcomes).map(([outcome, value]) => ({ value, labels: { outcome } }));
