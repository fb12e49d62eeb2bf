import { describeControlLog } from '@baton/testing/conformance';
import { kafkaAdapter } from '../test/conformance-adapter';

describeControlLog(kafkaAdapter);
