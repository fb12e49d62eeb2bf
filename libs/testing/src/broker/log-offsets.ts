import type { LogOffsets } from '@baton/messaging';
import type { Network } from './network';
import type { PartitionLog } from './partition-log';
import type { SimulatedProcess } from './process';
import type { TopicStore } from './topic-store';

/** Where logs begin and end, as one process asks for it. */
export const createLogOffsets = (
  network: Network,
  process: SimulatedProcess,
  topics: TopicStore,
): LogOffsets => {
  const ask = (topic: string, of: (log: PartitionLog) => number): Promise<number[]> =>
    network.call(process, 'read-offsets', () => topics.logs(topic).map(of));
  return {
    earliest: (topic) => ask(topic, (log) => log.logStart()),
    end: (topic) => ask(topic, (log) => log.highWatermark()),
    firstStampedFrom: (topic, timestamp) => ask(topic, (log) => log.firstStampedFrom(timestamp)),
    partitionCount: (topic) => network.call(process, 'read-offsets', () => topics.logs(topic).length),
  };
};
