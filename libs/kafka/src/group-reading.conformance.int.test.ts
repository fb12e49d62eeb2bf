import { describeGroupReading } from '@baton/testing/conformance';
import { kafkaAdapter } from '../test/conformance-adapter';

describeGroupReading(kafkaAdapter);
