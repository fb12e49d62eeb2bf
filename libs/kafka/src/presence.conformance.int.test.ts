import { describePresenceStore } from '@baton/testing/conformance';
import { kafkaAdapter } from '../test/conformance-adapter';

describePresenceStore(kafkaAdapter);
