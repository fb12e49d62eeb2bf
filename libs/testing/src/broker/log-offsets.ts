import type { LogOffsets } from '@baton/messaging';
import type { Network } from './network';
import type { Observer } from './observer';
import type { PartitionLog } from './partition-log';
import type { SimulatedProcess } from './process';
import type { TopicStore } from './topic-store';

/** Where logs begin and end, as one process asks for it. */
export const createLogOffsets = ({
  network,
  process,
  topics,
  observer,
}: {
  readonly network: Network;
  readonly process: SimulatedProcess;
  readonly topics: TopicStore;
  readonly observer: Observer;
}): LogOffsets => {
  const ask = (topic: string, of: (log: PartitionLog) => number): Promise<number[]> =>
    network.call(process, 'read-offsets', () => topics.logs(topic).map(of));
  const offsets: LogOffsets = {
    earliest: (topic) => ask(topic, (log) => log.logStart()),
    end: (topic) => ask(topic, (log) => log.highWatermark()),
    firstStampedFrom: (topic, timestamp) => ask(topic, (log) => log.firstStampedFrom(timestamp)),
    partitionCount: (topic) => network.call(process, 'read-offsets', () => topics.logs(topic).length),
  };
  const end = async (topic: string): Promise<readonly number[]> => {
    const ends = await offsets.end(topic);
    ends.forEach((read, partition) => {
      observer.observe({ kind: 'end-read', process: process.name, topic, partition, end: read });
    });
    return ends;
  };
  return { ...offsets, end };
};
