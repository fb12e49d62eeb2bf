import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { BooksBorrowed } from '@baton/schemas';
import { connectKafka, createService, loadConfig, openPublisher, runService } from '@baton/service-kit';
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
  const { logger, lifecycle, http } = service;
  await lifecycle.start(async () => {
    const kafka = connectKafka({ config, logger, lifecycle });
    const publisher = await openPublisher({
      service,
      config,
      kafka,
      source: 'lending',
      eventType: BooksBorrowed,
      versions: config.LENDING_PUBLISHES,
      newId: randomUUID,
    });

    const reads = config.LENDING_RECEIVES;
    const extensions = reads && (await openReceiver({ config, reads, service, kafka, pid: process.pid }));

    const server = http((app) => {
      createLoanRoutes({ publisher, newLoanId: () => `loan-${randomUUID()}` })(app);
      if (extensions !== undefined) createExtensionRoutes(extensions)(app);
    });
    lifecycle.onStop('http', server.close);
    await server.start();
  });
};

void runService(main, { process, stderr: process.stderr });
