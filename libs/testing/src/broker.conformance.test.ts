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
} from './conformance';

describeGroupMember(simulatedAdapter);
describeTransactionalProducer(simulatedAdapter);
describeLogOffsets(simulatedAdapter);
describeTopicReader(simulatedAdapter);
describeControlLog(simulatedAdapter);
describePresenceStore(simulatedAdapter);
describeGroupReader(simulatedAdapter);
describeUsageReader(simulatedAdapter);
describeTopicGuard(simulatedAdapter);
describeRecordReader(simulatedAdapter);
describeBrokerRestart(simulatedAdapter);
