import { createAvroCodec } from '@baton/contracts';
import type { EventType, Version } from '@baton/core';
import type { KafkaPorts } from '@baton/kafka';
import type { EventPublisher } from '@baton/messaging';
import type { OutboxRelayDeps } from '@baton/postgres';
import type { Reason } from '../http/health';
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

/** What a publisher and a relay of a service are made with alike. */
export type PublishingPorts = Required<
  Pick<
    OutboxRelayDeps,
    | 'source'
    | 'publishes'
    | 'codec'
    | 'createProducer'
    | 'topics'
    | 'partitioner'
    | 'policy'
    | 'tracing'
    | 'logger'
  >
> & { readonly limits: { readonly marginMs: number } };

/** What publishes for a service, and how it is looked after. */
export interface Attended<T> {
  readonly opened: T;
  /** What it is called when the service stops. */
  readonly name: string;
  readonly publishing: EventPublisher['publishing'];
  readonly reasons: () => readonly Reason[];
  readonly close: () => Promise<void>;
}

/**
 * Lets a service publish: it says what it publishes before it reads which versions retire, then `open` makes what
 * publishes; that follows retirements from then on, counts in readiness, and closes with the service.
 */
export const beginPublishing = async <T>(
  { service, config, kafka, source, eventType, versions }: Omit<OpenPublisherDeps, 'newId'>,
  open: (ports: PublishingPorts) => Promise<Attended<T>>,
): Promise<T> => {
  const { logger, lifecycle, readiness } = service;
  const announced = await announcePublisher({ service, config, kafka, eventType, versions });
  const { opened, name, publishing, reasons, close } = await open({
    source,
    publishes: [{ eventType, versions }],
    codec: createAvroCodec({ registry: kafka.registry() }),
    createProducer: kafka.transactionalProducer,
    topics: kafka.topicReader,
    partitioner: kafka.partitioner,
    policy: announced.policy,
    tracing: service.tracing,
    logger,
    limits: { marginMs: config.MARGIN_MS },
  });
  lifecycle.onStop(name, close);
  announced.follow(publishing);
  readiness.add(reasons);
  logger.info({ eventType: eventType.name, published: publishing().get(eventType.name) }, 'publishing');
  return opened;
};
