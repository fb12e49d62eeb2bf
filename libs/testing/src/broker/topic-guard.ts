import type { TopicGuard } from '@baton/control';
import type { Network } from './network';
import type { SimulatedProcess } from './process';
import type { TopicStore } from './topic-store';

/** Refuses writes at the broker, where that checks rights at all. */
export const createTopicGuard = (
  network: Network,
  process: SimulatedProcess,
  topics: TopicStore,
): TopicGuard => ({
  refuseWrites: (topic) =>
    network.call(process, 'guard', () => {
      if (topics.authorizer === 'off') return 'no-authorizer';
      topics.refuseWrites(topic);
      return 'refused';
    }),
  writesRefused: (topic) =>
    network.call(process, 'guard', () =>
      topics.authorizer === 'off' ? undefined : topics.writesRefused(topic),
    ),
});
