import { type Clock, type ConsumerStats, type LogOffsets, settleWithin } from '@baton/messaging';
import type { Metrics, Sample } from './metrics';

export interface MeasuredLag {
  readonly group: string;
  readonly progress: () => ConsumerStats['progress'];
  readonly logOffsets: Pick<LogOffsets, 'end'>;
  readonly clock: Clock;
}

const labels = ['consumergroup', 'topic', 'partition'] as const;
/** How long the broker may take to answer, so that all other metrics can still be read. */
const patienceMs = 2_000;

/**
 * Measures how far a group is behind in the partitions that this member owns, under the names that the usual Kafka
 * exporters use. Asks the broker for the ends of the logs; while it does not answer, there is no lag to be seen.
 */
export const measureLag = (metrics: Metrics, { group, progress, logOffsets, clock }: MeasuredLag): void => {
  const samples = (read: (topic: string, partition: number, done: number) => number | undefined) =>
    progress().flatMap(({ topic, partition, done }): readonly Sample[] => {
      const value = read(topic, partition, done);
      if (value === undefined) return [];
      return [{ value, labels: { consumergroup: group, topic, partition: String(partition) } }];
    });
  metrics.gauge('kafka_consumergroup_current_offset', {
    help: 'Offset that the group has committed, in the partitions of this member.',
    labels,
    read: () => samples((_topic, _partition, done) => done),
  });
  metrics.gauge('kafka_consumergroup_lag', {
    help: 'Messages between the committed offset and the end of the log, in the partitions of this member.',
    labels,
    read: async () => {
      const topics = [...new Set(progress().map(({ topic }) => topic))];
      const ends = new Map<string, readonly number[]>();
      const ask = async (topic: string) => void ends.set(topic, await logOffsets.end(topic));
      await settleWithin(clock, patienceMs, () => Promise.allSettled(topics.map(ask)));
      return samples((topic, partition, done) => {
        const end = ends.get(topic)?.[partition];
        return end === undefined ? undefined : Math.max(0, end - done);
      });
    },
  });
};
