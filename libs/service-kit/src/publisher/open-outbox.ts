import { createAvroCodec } from '@baton/contracts';
import { type Database, type Outbox, openOutbox, type RelayHealth, startOutboxRelay } from '@baton/postgres';
import { publisherReasons } from '../http/component-health';
import type { Reason } from '../http/health';
import { measureRelay } from '../metrics/outbox-metrics';
import { announcePublisher } from './announce-publisher';
import type { OpenPublisherDeps } from './open-publisher';

export interface OpenOutboxDeps extends OpenPublisherDeps {
  readonly database: Database;
}

/**
 * Opens the outbox of a service and a relay that sends what is in it: its presence comes before it reads which
 * versions retire; it is measured and counted in readiness, and closes with the service.
 */
export const openServiceOutbox = async ({
  service,
  config,
  kafka,
  source,
  eventType,
  versions,
  newId,
  database,
}: OpenOutboxDeps): Promise<Outbox> => {
  const outbox = await openOutbox({
    database,
    source,
    eventTypes: [eventType],
    newId,
    tracing: service.tracing,
  });
  const { logger, lifecycle, readiness, metrics } = service;
  const announced = await announcePublisher({ service, config, kafka, eventType, versions });
  const relay = await startOutboxRelay({
    database,
    source,
    publishes: [{ eventType, versions }],
    codec: createAvroCodec({ registry: kafka.registry() }),
    createProducer: kafka.transactionalProducer,
    topics: kafka.topicReader,
    partitioner: kafka.partitioner,
    transactionalId: transactionalIdOf(source, config.INSTANCE, database),
    policy: announced.policy,
    tracing: service.tracing,
    logger,
    limits: { marginMs: config.MARGIN_MS },
  });
  lifecycle.onStop('outbox relay', () => relay.close());
  announced.follow(() => relay.publishing());
  measureRelay(metrics, () => relay.stats());
  readiness.add(() => relayReasons(relay.health()));
  logger.info({ eventType: eventType.name, published: relay.publishing().get(eventType.name) }, 'publishing');
  return outbox;
};

/** A broker that is away is no reason: events wait in the outbox, and the lag tells. */
const relayReasons = (health: RelayHealth): readonly Reason[] =>
  health.kind === 'retrying' && health.at === 'broker' ? [] : publisherReasons(health);

/** Instances that share a server share the ids of its ranges; one with a database of its own has ids of its own. */
const transactionalIdOf = (source: string, instance: string, { kind }: Database): string =>
  kind === 'server' ? source : `${source}.${instance}`;
