import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createAvroCodec } from '@baton/contracts';
import { createConsumer, handle, type Logger, type Subscription, systemClock } from '@baton/messaging';
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
import { createReminders, type RemindersDeps } from './remind';
import { createSender } from './sender';
import { type RemindersConfig, remindersSettings } from './settings';

const main = async (): Promise<void> => {
  const config = loadConfig(remindersSettings, process.env);
  const service = createService({
    name: 'reminders',
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
    const subscription = subscriptionOf({ config, effects, logger });

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

const subscriptionOf = ({
  config: { SUBSCRIBES: reads },
  effects,
  logger,
}: Pick<RemindersDeps, 'effects'> & { config: RemindersConfig; logger: Logger }): Subscription => {
  const { remindFromV1, remind } = createReminders({
    effects,
    plan: (reminder) => logger.debug({ reminder }, 'reminder planned'),
  });
  return handle(BooksBorrowed, handlersFor({ 1: remindFromV1, 2: remind }, reads), { reads });
};

void runService(main, { process, stderr: process.stderr });
