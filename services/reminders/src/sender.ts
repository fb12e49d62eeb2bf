import { createAvroCodec } from '@baton/contracts';
import { createLogPublicationPolicy } from '@baton/control';
import type { Version } from '@baton/core';
import type { KafkaPorts } from '@baton/kafka';
import { createTwinPublisher, type EventPublisher } from '@baton/messaging';
import { ExtendLoan } from '@baton/schemas';
import { announcePresence, measurePublisher, publisherReasons, type Service } from '@baton/service-kit';
import { createExtensionRoutes, type Routes } from './extensions';
import type { RemindersConfig } from './settings';

export interface SenderDeps {
  readonly config: RemindersConfig;
  readonly service: Pick<Service, 'self' | 'logger' | 'lifecycle' | 'readiness' | 'metrics'>;
  readonly newId: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The sending side of the service. */
export interface Sender {
  /** None if the settings name no version to send in. */
  readonly routes: Routes | undefined;
  /** Until it resolves, requests are answered 503. */
  open(kafka: KafkaPorts): Promise<void>;
}

/** Sends `lending.ExtendLoan` where the settings name a version. */
export const createSender = (deps: SenderDeps): Sender => {
  const versions = deps.config.EXTEND_LOAN_VERSION;
  if (versions === undefined) return { routes: undefined, open: async () => {} };
  let publisher: EventPublisher | undefined;
  return {
    routes: createExtensionRoutes({ publisher: () => publisher, now: deps.now }),
    open: async (kafka) => {
      publisher = await openPublisher(deps, versions, kafka);
    },
  };
};

/** Says what it publishes before it reads which versions retire, and follows that from then on. */
const openPublisher = async (
  { config, service, newId }: SenderDeps,
  versions: readonly Version[],
  kafka: KafkaPorts,
): Promise<EventPublisher> => {
  const { self, logger, lifecycle, readiness, metrics } = service;
  let publishing: EventPublisher['publishing'] = () => new Map([[ExtendLoan.name, versions]]);
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
    source: 'reminders',
    instance: config.INSTANCE,
    publishes: [{ eventType: ExtendLoan, versions }],
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
  logger.info({ eventType: ExtendLoan.name, published: publishing().get(ExtendLoan.name) }, 'sending');
  return publisher;
};
