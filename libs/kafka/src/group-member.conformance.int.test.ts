import { describeGroupMember } from '@baton/testing/conformance';
import { kafkaAdapter } from '../test/conformance-adapter';

describeGroupMember(kafkaAdapter);
