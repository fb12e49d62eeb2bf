import {
  describeBrokerRestart,
  describeControlLog,
  describeGroupMember,
  describeGroupReader,
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
