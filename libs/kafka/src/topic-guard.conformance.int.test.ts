import { describeTopicGuard } from '@baton/testing/conformance';
import { kafkaAdapter } from '../test/conformance-adapter';

describeTopicGuard(kafkaAdapter);
