import {
  describeBrokerRestart,
  describeControlLog,
  describeGroupMember,
  describeGroupReader,
  describeGroupReading,
  describeLogOffsets,
  describePresenceStore,
  describeRecordReader,
  describeTopicGuard,
  describeTopicReader,
  describeTransactionalProducer,
  describeUsageReader,
  simulatedAdapter,
  slowSimulatedAdapter,
} from './conformance';

for (const adapter of [simulatedAdapter, slowSimulatedAdapter]) {
  describeGroupMember(adapter);
  describeGroupReading(adapter);
  describeTransactionalProducer(adapter);
  describeLogOffsets(adapter);
  describeTopicReader(adapter);
  describeControlLog(adapter);
  describePresenceStore(adapter);
  describeGroupReader(adapter);
  describeUsageReader(adapter);
  describeTopicGuard(adapter);
  describeRecordReader(adapter);
  describeBrokerRestart(adapter);
}
