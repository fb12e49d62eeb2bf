import {
  describeGroupMember,
  describeLogOffsets,
  describeTopicReader,
  describeTransactionalProducer,
  simulatedAdapter,
} from './conformance';

describeGroupMember(simulatedAdapter);
describeTransactionalProducer(simulatedAdapter);
describeLogOffsets(simulatedAdapter);
describeTopicReader(simulatedAdapter);
