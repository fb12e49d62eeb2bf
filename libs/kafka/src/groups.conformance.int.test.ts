import { describeGroupReader, describeUsageReader } from '@baton/testing/conformance';
import { kafkaAdapter } from '../test/conformance-adapter';

describeGroupReader(kafkaAdapter);
describeUsageReader(kafkaAdapter);
