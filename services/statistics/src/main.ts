import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { handle } from '@baton/messaging';
import { BooksBorrowed } from '@baton/schemas';
import {
  connectKafka,
  createEffectStore,
  createService,
  handlersFor,
  loadConfig,
  openDatabase,
  runService,
  runSubscriber,
  startTracing,
} from '@baton/service-kit';
import { createBranchCounts } from './branch-counts';
import { createStatistics } from './count';
import { createSender } from './sender';
import { statisticsSettings } from './settings';

const main = async (): Promise<void> => {
  const config = loadConfig(statisticsSettings, process.env);
  const service = createService({
    name: 'statistics',
    config,
    process,
    host: hostname(),
  });
  const { logger, lifecycle, http } = service;
  await lifecycle.start(async () => {
    startTracing({ config, service });
    const sender = createSender({ config, service, newId: randomUUID, now: Date.now });
    const server = http(sender.routes);
    lifecycle.onStop('http', server.close);
    await server.start();

    const database = openDatabase(config.EFFECTS_FILE, { pid: process.pid });
    lifecycle.onStop('effects', database.close);
    const effects = createEffectStore({ database, instance: config.INSTANCE, now: Date.now });
    const counts = createBranchCounts(database);
    const { countFromV1, count } = createStatistics({ database, counts, effects });
    const subscription = handle(BooksBorrowed, handlersFor({ 1: countFromV1, 2: count }, config.SUBSCRIBES), {
      reads: config.SUBSCRIBES,
    });

    const kafka = connectKafka({ config, logger, lifecycle });
    await sender.open(kafka);
    await runSubscriber({ service, config, kafka, subscription });
  });
};

void runService(main, { process, stderr: process.stderr });
