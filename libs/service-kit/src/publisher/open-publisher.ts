import { createAvroCodec } from '@baton/contracts';
import type { EventType, Version } from '@baton/core';
import type { KafkaPorts } from '@baton/kafka';
import { createTwinPublisher, type EventPublisher } from '@baton/messaging';
import { publisherReasons } from '../http/component-health';
import { measurePublisher } from '../metrics/publisher-metrics';
import type { Service } from '../service/service';
import { announcePublisher } from './announce-publisher';

export interface OpenPublisherDeps {
  readonly service: Pick<Service, 'self' | 'logger' | 'lifecycle' | 'readiness' | 'metrics' | 'tracing'>;
  readonly config: { readonly INSTANCE: string; readonly MARGIN_MS: number };
  readonly kafka: KafkaPorts;
  /** CloudEvents source: the name of the service. */
  readonly source: string;
  readonly eventType: EventType;
  readonly versions: readonly Version[];
  readonly newId: () => string;
}

/**
 * Opens the publisher of a service: it says what it publishes before it reads which versions retire, follows that
 * from then on, is measured and counted in readiness, and closes with the service.
 */
export const openPublisher = async ({
  service,
  config,
  kafka,
  source,
  eventType,
  versions,
  newId,
}: OpenPublisherDeps): Promise<EventPublisher> => {
  const { logger, lifecycle, readiness, metrics } = service;
  const announced = await announcePublisher({ service, config, kafka, eventType, versions });
  const publisher = await createTwinPublisher({
    source,
    instance: config.INSTANCE,
    publishes: [{ eventType, versions }],
    codec: createAvroCodec({ registry: kafka.registry() }),
    createProducer: kafka.transactionalProducer,
    topics: kafka.topicReader,
    partitioner: kafka.partitioner,
    newId,
    policy: announced.policy,
    tracing: service.tracing,
    logger,
    limits: { marginMs: config.MARGIN_MS },
  });
  lifecycle.onStop('publisher', publisher.close);
  announced.follow(publisher.publishing);
  measurePublisher(metrics, publisher.stats);
  readiness.add(() => publisherReasons(publisher.health()));
  logger.info(
    { eventType: eventType.name, published: publisher.publishing().get(eventType.name) },
    'publishing',
  );
  return publisher;
};
