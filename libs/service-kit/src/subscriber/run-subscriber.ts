import { createAvroCodec } from '@baton/contracts';
import type { KafkaPorts } from '@baton/kafka';
import {
  type BindingSource,
  createConsumer,
  type EventConsumer,
  type LaterEvents,
  type Middleware,
  type Subscription,
  systemClock,
} from '@baton/messaging';
import { consumerReasons } from '../http/component-health';
import { measureBindings } from '../metrics/binding-metrics';
import { measureConsumer } from '../metrics/consumer-metrics';
import { measureLag } from '../metrics/lag-metrics';
import { announcePresence } from '../presence/announce-presence';
import type { Service } from '../service/service';
import { type ConsumerOptionsConfig, consumerOptions } from './consumer-options';
import { type OpenBindingsDeps, openBindings } from './open-bindings';
import { openDeadLetters } from './open-dead-letters';

export interface RunSubscriberDeps {
  readonly service: Pick<Service, 'self' | 'logger' | 'lifecycle' | 'readiness' | 'metrics' | 'tracing'>;
  readonly config: OpenBindingsDeps['config'] &
    ConsumerOptionsConfig & { readonly LATER_EVENTS: LaterEvents };
  readonly kafka: KafkaPorts;
  readonly subscription: Subscription;
  /** Runs around the deadline of each try. */
  readonly middleware?: readonly Middleware[];
}

/**
 * Runs the consumer of a service until the service stops; if it ends by itself, so does the service. It says what it
 * handles before it reads the bindings, parks what it cannot handle, is measured and counted in readiness. Resolves
 * once its first assignment is ready.
 */
export const runSubscriber = async (deps: RunSubscriberDeps): Promise<void> => {
  const { service, config, kafka, subscription, middleware = [] } = deps;
  const { logger, lifecycle } = service;
  const { eventType, reads } = subscription;
  const { GROUP: group, INSTANCE: instance } = config;
  let stragglers = () => 0;
  await announcePresence({
    store: kafka.presence(),
    presence: () => ({
      ...service.self,
      kind: 'member',
      group,
      handles: { [eventType.name]: reads },
      stragglers: stragglers(),
    }),
    logger,
    lifecycle,
  });
  const bindings = await openBindings({ config, eventType, kafka, clock: systemClock, logger });
  lifecycle.onStop('bindings', bindings.close);
  const consumer = createConsumer({
    group,
    instance,
    on: [subscription],
    groupMember: kafka.groupMember,
    logOffsets: kafka.logOffsets,
    codec: createAvroCodec({ registry: kafka.registry() }),
    bindings,
    logger,
    tracing: service.tracing,
    deadLetters: await openDeadLetters({ config, kafka, eventTypes: [eventType], lifecycle }),
    ...consumerOptions(config, middleware),
  });
  stragglers = () => consumer.stats().stragglers;
  measure(deps, consumer, bindings);
  await start(consumer, service);
  logger.info({ group, eventType: eventType.name, reads }, 'consuming');
};

const measure = (
  { service: { metrics }, config: { GROUP: group }, kafka, subscription }: RunSubscriberDeps,
  consumer: EventConsumer,
  bindings: BindingSource,
): void => {
  const progress = () => consumer.stats().progress;
  measureConsumer(metrics, group, consumer);
  measureLag(metrics, { group, progress, logOffsets: kafka.logOffsets, clock: systemClock });
  measureBindings(metrics, { group, eventTypes: [subscription.eventType.name], bindings });
};

const start = async (
  consumer: EventConsumer,
  { lifecycle, readiness }: Pick<Service, 'lifecycle' | 'readiness'>,
): Promise<void> => {
  lifecycle.onStop('consumer', () => consumer.stop());
  readiness.add(() => consumerReasons(consumer.health()));
  consumer.finished.catch((error: unknown) => lifecycle.fail(error, 'the consumer ended by itself'));
  await consumer.start();
};
