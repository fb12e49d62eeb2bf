import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createAvroCodec } from '@baton/contracts';
import { createConsumer, handle, systemClock } from '@baton/messaging';
import { BooksBorrowed } from '@baton/schemas';
import {
  announcePresence,
  connectKafka,
  consumerOptions,
  createEffectStore,
  createService,
  handlersFor,
  loadConfig,
  openBindings,
  openDatabase,
  openDeadLetters,
  runConsumer,
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
  const { self, logger, lifecycle, http } = service;
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
    let stragglers = () => 0;
    await announcePresence({
      store: kafka.presence(),
      presence: () => ({
        ...self,
        kind: 'member',
        group: config.GROUP,
        handles: { [BooksBorrowed.name]: config.SUBSCRIBES },
        stragglers: stragglers(),
      }),
      logger,
      lifecycle,
    });

    const bindings = await openBindings({
      config,
      eventType: BooksBorrowed,
      kafka,
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
      deadLetters: await openDeadLetters({ config, kafka, eventTypes: [BooksBorrowed], lifecycle }),
      ...consumerOptions(config),
    });
    stragglers = () => consumer.stats().stragglers;
    await runConsumer(consumer, service);
    logger.info(
      { group: config.GROUP, eventType: BooksBorrowed.name, reads: config.SUBSCRIBES },
      'consuming',
    );
  });
};

void runService(main, { process, stderr: process.stderr });
