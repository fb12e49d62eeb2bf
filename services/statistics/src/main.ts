import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createAvroCodec } from '@baton/contracts';
import { createConsumer, handle, systemClock } from '@baton/messaging';
import { BooksBorrowed } from '@baton/schemas';
import {
  announcePresence,
  connectKafka,
  consumerReasons,
  createEffectStore,
  createService,
  handlersFor,
  loadConfig,
  measureConsumer,
  openBindings,
  openDatabase,
  runService,
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
  const { self, logger, lifecycle, readiness, metrics, http } = service;
  await lifecycle.start(async () => {
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
    await announcePresence({
      store: kafka.presence(),
      presence: () => ({
        ...self,
        kind: 'member',
        group: config.GROUP,
        handles: { [BooksBorrowed.name]: config.SUBSCRIBES },
      }),
      logger,
      lifecycle,
    });

    const { controlLog } = kafka;
    const bindings = await openBindings({
      config,
      eventType: BooksBorrowed,
      controlLog,
      clock: systemClock,
      logger,
    });
    lifecycle.onStop('bindings', bindings.close);

    const consumer = createConsumer({
      group: config.GROUP,
      instance: config.INSTANCE,
      on: [subscription],
      groupMember: kafka.groupMember,
      logOffsets: kafka.logOffsets,
      codec: createAvroCodec({ registry: kafka.registry() }),
      bindings,
      logger,
      settings: { leaseMs: config.LEASE_MS },
    });
    lifecycle.onStop('consumer', () => consumer.stop());
    measureConsumer(metrics, () => consumer.stats());
    readiness.add(() => consumerReasons(consumer.health()));
    consumer.finished.catch((error: unknown) => lifecycle.fail(error, 'the consumer ended by itself'));
    await consumer.start();
    logger.info(
      { group: config.GROUP, eventType: BooksBorrowed.name, reads: config.SUBSCRIBES },
      'consuming',
    );
  });
};

void runService(main, { process, stderr: process.stderr });
