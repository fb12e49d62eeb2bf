import { describeTransactionalProducer } from '@baton/testing/conformance';
import { kafkaAdapter } from '../test/conformance-adapter';

describeTransactionalProducer(kafkaAdapter);
