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
import { createReminders } from './remind';
import { remindersSettings } from './settings';

const main = async (): Promise<void> => {
  const config = loadConfig(remindersSettings, process.env);
  const { self, logger, lifecycle, readiness, metrics, http } = createService({
    name: 'reminders',
    config,
    process,
    host: hostname(),
  });
  await lifecycle.start(async () => {
    const server = http();
    lifecycle.onStop('http', server.close);
    await server.start();

    const database = openDatabase(config.EFFECTS_FILE, { pid: process.pid });
    lifecycle.onStop('effects', database.close);
    const effects = createEffectStore({ database, instance: config.INSTANCE, now: Date.now });
    const { remindFromV1, remind } = createReminders({
      effects,
      plan: (reminder) => logger.debug({ reminder }, 'reminder planned'),
    });
    const subscription = handle(
      BooksBorrowed,
      handlersFor({ 1: remindFromV1, 2: remind }, config.SUBSCRIBES),
      { reads: config.SUBSCRIBES },
    );

    const kafka = connectKafka({ config, logger, lifecycle });
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
