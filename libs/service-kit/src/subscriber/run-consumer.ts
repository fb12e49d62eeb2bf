import type { EventConsumer } from '@baton/messaging';
import { consumerReasons } from '../http/component-health';
import { measureConsumer } from '../metrics/messaging-metrics';
import type { Service } from '../service/service';

/** Starts a consumer as part of a service: measured, counted in readiness, stopped with it; if it ends, so does the service. */
export const runConsumer = async (
  consumer: EventConsumer,
  { lifecycle, readiness, metrics }: Pick<Service, 'lifecycle' | 'readiness' | 'metrics'>,
): Promise<void> => {
  lifecycle.onStop('consumer', () => consumer.stop());
  measureConsumer(metrics, () => consumer.stats());
  readiness.add(() => consumerReasons(consumer.health()));
  consumer.finished.catch((error: unknown) => lifecycle.fail(error, 'the consumer ended by itself'));
  await consumer.start();
};
