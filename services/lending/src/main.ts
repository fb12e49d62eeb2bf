import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createAvroCodec } from '@baton/contracts';
import { createTwinPublisher } from '@baton/messaging';
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
import { createLoanRoutes } from './loans';
import { lendingSettings } from './settings';

const main = async (): Promise<void> => {
  const config = loadConfig(lendingSettings, process.env);
  const { self, logger, lifecycle, readiness, metrics, http } = createService({
    name: 'lending',
    config,
    process,
    host: hostname(),
  });
  await lifecycle.start(async () => {
    const kafka = connectKafka({ config, logger, lifecycle });
    await announcePresence({
      store: kafka.presence(),
      presence: {
        ...self,
        kind: 'publisher',
        publishes: { [BooksBorrowed.name]: config.LENDING_PUBLISHES },
      },
      logger,
      lifecycle,
    });

    const publisher = await createTwinPublisher({
      source: 'lending',
      instance: config.INSTANCE,
      publishes: [{ eventType: BooksBorrowed, versions: config.LENDING_PUBLISHES }],
      codec: createAvroCodec({ registry: kafka.registry() }),
      createProducer: kafka.transactionalProducer,
      topics: kafka.topicReader,
      partitioner: kafka.partitioner,
      newId: randomUUID,
      logger,
      limits: { marginMs: config.MARGIN_MS },
    });
    lifecycle.onStop('publisher', publisher.close);
    measurePublisher(metrics, publisher.stats);
    readiness.add(() => publisherReasons(publisher.health()));

    const server = http(createLoanRoutes({ publisher, newLoanId: () => `loan-${randomUUID()}` }));
    lifecycle.onStop('http', server.close);
    await server.start();
    logger.info({ eventType: BooksBorrowed.name, published: config.LENDING_PUBLISHES }, 'publishing');
  });
};

void runService(main, { process, stderr: process.stderr });
