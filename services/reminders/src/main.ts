import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { handle, type Logger, type Subscription } from '@baton/messaging';
import { BooksBorrowed } from '@baton/schemas';
import {
  connectKafka,
  createService,
  handlersFor,
  loadConfig,
  runService,
  runSubscriber,
  startTracing,
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
  const { logger, lifecycle, http } = service;
  await lifecycle.start(async () => {
    startTracing({ config, service });
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
    await runSubscriber({ service, config, kafka, subscription, middleware });
  });
};

const subscriptionOf = ({
  config: { SUBSCRIBES: reads },
  effects,
  logger,
}: Pick<RemindersDeps, 'effects'> & { config: RemindersConfig; logger: Logger }): Subscription => {
  const { remindFromV1, remind } = createReminders({
    effects,
    // the rest of it is personal
    plan: ({ on }) => logger.debug({ on }, 'reminder planned'),
  });
  return handle(BooksBorrowed, handlersFor({ 1: remindFromV1, 2: remind }, reads), { reads });
};

void runService(main, { process, stderr: process.stderr });
