import { describeRecordReader } from '@baton/testing/conformance';
import { kafkaAdapter } from '../test/conformance-adapter';

describeRecordReader(kafkaAdapter);
