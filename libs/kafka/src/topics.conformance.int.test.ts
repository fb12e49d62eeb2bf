import { describeLogOffsets, describeTopicReader } from '@baton/testing/conformance';
import { kafkaAdapter } from '../test/conformance-adapter';

describeLogOffsets(kafkaAdapter);
describeTopicReader(kafkaAdapter);
