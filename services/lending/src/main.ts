import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { connectKafka, createService, loadConfig, runService, startTracing } from '@baton/service-kit';
import { createExtensionRoutes } from './extensions';
import { openLending } from './lending';
import { createLoanRoutes } from './loans';
import { openReceiver } from './receiver';
import { lendingSettings } from './settings';

const main = async (): Promise<void> => {
  const config = loadConfig(lendingSettings, process.env);
  const service = createService({ name: 'lending', config, process, host: hostname() });
  const { logger, lifecycle, http } = service;
  await lifecycle.start(async () => {
    startTracing({ config, service });
    const kafka = connectKafka({ config, logger, lifecycle });
    const lend = await openLending({ config, service, kafka, newId: randomUUID, pid: process.pid });

    const reads = config.LENDING_RECEIVES;
    const extensions = reads && (await openReceiver({ config, reads, service, kafka, pid: process.pid }));

    const server = http((app) => {
      createLoanRoutes({ lend, newLoanId: () => `loan-${randomUUID()}` })(app);
      if (extensions !== undefined) createExtensionRoutes(extensions)(app);
    });
    lifecycle.onStop('http', server.close);
    await server.start();
  });
};

void runService(main, { process, stderr: process.stderr });
