import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createAvroCodec } from '@baton/contracts';
import { createConsumer, handle, type Logger, type Subscription, systemClock } from '@baton/messaging';
import { BooksBorrowed } from '@baton/schemas';
import {
  announcePresence,
  connectKafka,
  consumerOptions,
  createService,
  handlersFor,
  loadConfig,
  openBindings,
  openDeadLetters,
  runConsumer,
  runService,
} from '@baton/service-kit';
import { openEffects } from './open-effects';
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
  const { self, logger, lifecycle, http } = service;
  await lifecycle.start(async () => {
    const sender = createSender({ config, service, newId: randomUUID, now: Date.now });
    const server = http(sender.routes);
    lifecycle.onStop('http', server.close);
    await server.start();

    const kafka = connectKafka({ config, logger, lifecycle });
    const { effects, middleware } = await openEffects({
      config,
      service,
      kafka,
      pid: process.pid,
      now: Date.now,
    });
    const subscription = subscriptionOf({ config, effects, logger });
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
      ...consumerOptions(config, middleware),
    });
    stragglers = () => consumer.stats().stragglers;
    await runConsumer(consumer, service);
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
