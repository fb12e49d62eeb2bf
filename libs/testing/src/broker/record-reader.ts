import { type RecordReader, readCommittedFilter } from '@baton/messaging';
import type { MemoryBroker } from './memory-broker';
import type { SimulatedProcess } from './process';

const maxRecords = 100;

/** Reads the logs of a broker in memory, page by page, as one of its processes would. */
export const createMemoryRecordReader = (broker: MemoryBroker, process: SimulatedProcess): RecordReader => ({
  read: ({ topic, partition }, offset) =>
    broker.network.call(process, 'read-offsets', () => {
      const log = broker.log(topic, partition);
      const from = Math.max(offset, log.logStart());
      const { records, aborted } = log.fetch(from, maxRecords);
      const last = records[records.length - 1]?.offset ?? from - 1;
      return { records: records.filter(readCommittedFilter(aborted)), nextOffset: last + 1 };
    }),
  close: async () => {},
});
