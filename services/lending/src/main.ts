import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createAvroCodec } from '@baton/contracts';
import { createLogPublicationPolicy } from '@baton/control';
import { createTwinPublisher, type EventPublisher } from '@baton/messaging';
import { BooksBorrowed } from '@baton/schemas';
import {
  announcePresence,
  connectKafka,
  createService,
  loadConfig,
  measurePublisher,
  publisherReasons,
  runService,
} from '@baton/service-kit';
import { createExtensionRoutes } from './extensions';
import { createLoanRoutes } from './loans';
import { openReceiver } from './receiver';
import { lendingSettings } from './settings';

const main = async (): Promise<void> => {
  const config = loadConfig(lendingSettings, process.env);
  const service = createService({
    name: 'lending',
    config,
    process,
    host: hostname(),
  });
  const { self, logger, lifecycle, readiness, metrics, http } = service;
  await lifecycle.start(async () => {
    const kafka = connectKafka({ config, logger, lifecycle });
    let publishing: EventPublisher['publishing'] = () =>
      new Map([[BooksBorrowed.name, config.LENDING_PUBLISHES]]);
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
      source: 'lending',
      instance: config.INSTANCE,
      publishes: [{ eventType: BooksBorrowed, versions: config.LENDING_PUBLISHES }],
      codec: createAvroCodec({ registry: kafka.registry() }),
      createProducer: kafka.transactionalProducer,
      topics: kafka.topicReader,
      partitioner: kafka.partitioner,
      newId: randomUUID,
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

    const reads = config.LENDING_RECEIVES;
    const extensions = reads && (await openReceiver({ config, reads, service, kafka, pid: process.pid }));

    const server = http((app) => {
      createLoanRoutes({ publisher, newLoanId: () => `loan-${randomUUID()}` })(app);
      if (extensions !== undefined) createExtensionRoutes(extensions)(app);
    });
    lifecycle.onStop('http', server.close);
    await server.start();
    const published = publisher.publishing().get(BooksBorrowed.name);
    logger.info({ eventType: BooksBorrowed.name, published }, 'publishing');
  });
};

void runService(main, { process, stderr: process.stderr });
