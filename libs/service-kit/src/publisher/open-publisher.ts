import { createAvroCodec } from '@baton/contracts';
import { createLogPublicationPolicy } from '@baton/control';
import type { EventType, Version } from '@baton/core';
import type { KafkaPorts } from '@baton/kafka';
import { createTwinPublisher, type EventPublisher } from '@baton/messaging';
import { publisherReasons } from '../http/component-health';
import { measurePublisher } from '../metrics/messaging-metrics';
import { announcePresence } from '../presence/announce-presence';
import type { Service } from '../service/service';

export interface OpenPublisherDeps {
  readonly service: Pick<Service, 'self' | 'logger' | 'lifecycle' | 'readiness' | 'metrics'>;
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
  service: { self, logger, lifecycle, readiness, metrics },
  config,
  kafka,
  source,
  eventType,
  versions,
  newId,
}: OpenPublisherDeps): Promise<EventPublisher> => {
  let publishing: EventPublisher['publishing'] = () => new Map([[eventType.name, versions]]);
  const presence = await announcePresence({
    store: kafka.presence(),
    presence: () => ({ ...self, kind: 'publisher', publishes: Object.fromEntries(publishing()) }),
    logger,
    lifecycle,
  });
  const policy = createLogPublicationPolicy({
    source: { log: await kafka.controlLog() },
    instance: config.INSTANCE,
    logger,
  });
  lifecycle.onStop('publication policy', policy.close);
  const publisher = await createTwinPublisher({
    source,
    instance: config.INSTANCE,
    publishes: [{ eventType, versions }],
    codec: createAvroCodec({ registry: kafka.registry() }),
    createProducer: kafka.transactionalProducer,
    topics: kafka.topicReader,
    partitioner: kafka.partitioner,
    newId,
    policy,
    logger,
    limits: { marginMs: config.MARGIN_MS },
  });
  lifecycle.onStop('publisher', publisher.close);
  publishing = publisher.publishing;
  policy.onChange(() => void presence.refresh());
  void presence.refresh();
  measurePublisher(metrics, publisher.stats);
  readiness.add(() => publisherReasons(publisher.health()));
  logger.info({ eventType: eventType.name, published: publishing().get(eventType.name) }, 'publishing');
  return publisher;
};
