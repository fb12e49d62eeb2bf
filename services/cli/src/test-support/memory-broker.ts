import { BatonError } from '@baton/core';
import type { BrokerPorts } from '../context';

const nobody = (): never => {
  throw new BatonError('broker-unavailable', 'Expected a broker, got none.');
};

/** The ports of a broker of which a test has only some. */
export const brokerWith = (ports: Partial<BrokerPorts>): BrokerPorts => ({
  topics: { apply: async () => [], plan: async () => [], remove: async () => undefined },
  topicReader: { settings: async () => undefined },
  logOffsets: {
    earliest: nobody,
    end: nobody,
    firstStampedFrom: nobody,
    partitionCount: nobody,
  },
  groupReader: { describe: nobody, committed: nobody, list: nobody },
  groupMember: nobody,
  transactionalProducer: nobody,
  partitioner: () => 0,
  topicGuard: { refuseWrites: nobody, writesRefused: nobody },
  grant: nobody,
  usageReader: { lastRecords: nobody, groupsOn: nobody },
  recordReader: nobody,
  controlLog: nobody,
  presence: nobody,
  close: async () => undefined,
  ...ports,
});
