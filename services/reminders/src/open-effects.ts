import { BatonError, topicOf } from '@baton/core';
import type { KafkaPorts } from '@baton/kafka';
import type { Middleware } from '@baton/messaging';
import { type Database, openInbox } from '@baton/postgres';
import { BooksBorrowed } from '@baton/schemas';
import {
  connectDatabase,
  createEffectStore,
  createInboxEffects,
  measureInbox,
  openDatabase,
  type Service,
} from '@baton/service-kit';
import type { Effects } from './remind';
import type { RemindersConfig } from './settings';

export interface OpenEffectsDeps {
  readonly config: RemindersConfig;
  readonly service: Pick<Service, 'logger' | 'lifecycle' | 'metrics'>;
  readonly kafka: Pick<KafkaPorts, 'topicReader'>;
  readonly pid: number;
  readonly now: () => number;
}

/** Where effects go, and what has to be around the handlers for that. */
export interface OpenedEffects {
  readonly effects: Effects;
  readonly middleware: readonly Middleware[];
}

/**
 * With a database, effects happen once: each in one transaction with the mark of its event. Without one they are kept
 * in a file of the instance, where a redelivered event is there twice.
 */
export const openEffects = async (deps: OpenEffectsDeps): Promise<OpenedEffects> => {
  const { config, service, pid, now } = deps;
  const database = await connectDatabase({ config, pid, ...service });
  if (database !== undefined) return openInInbox(deps, database);
  const file = openDatabase(effectsFile(config), { pid });
  service.lifecycle.onStop('effects', file.close);
  return { effects: createEffectStore({ database: file, instance: config.INSTANCE, now }), middleware: [] };
};

const openInInbox = async (
  { config, service, kafka, now }: OpenEffectsDeps,
  database: Database,
): Promise<OpenedEffects> => {
  const inbox = await openInbox({
    database,
    group: config.GROUP,
    topics: config.SUBSCRIBES.map((version) => topicOf(BooksBorrowed.name, version)),
    topicReader: kafka.topicReader,
    logger: service.logger,
  });
  service.lifecycle.onStop('inbox', async () => inbox.close());
  measureInbox(service.metrics, inbox.stats);
  const effects = await createInboxEffects({ database, instance: config.INSTANCE, now });
  return { effects, middleware: [inbox.middleware] };
};

const effectsFile = ({ EFFECTS_FILE: file }: RemindersConfig): string => {
  if (file !== undefined) return file;
  throw new BatonError(
    'invalid-configuration',
    'Expected DATABASE_URL, DATABASE_FOLDER or EFFECTS_FILE, where effects are kept, got none of them. Set one.',
  );
};
