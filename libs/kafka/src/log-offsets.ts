import type { LogOffsets } from '@baton/messaging';
import type { BrokerCalls } from './broker-calls';

/** Reads where logs begin and end. */
export const createLogOffsets = (calls: BrokerCalls): LogOffsets => ({
  earliest: (topic) => calls.offsets(topic, 'earliest'),
  end: (topic) => calls.offsets(topic, 'end'),
  firstStampedFrom: async (topic, timestamp) => {
    // the end is read first: what arrives between the two reads then counts as stamped later, never as missing
    const ends = await calls.offsets(topic, 'end');
    const firsts = await calls.offsets(topic, { stampedFrom: timestamp });
    return firsts.map((first, partition) => (first < 0 ? (ends[partition] ?? 0) : first));
  },
  partitionCount: async (topic) => (await calls.partitions(topic)).length,
});
