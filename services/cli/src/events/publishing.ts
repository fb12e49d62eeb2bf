import { createAvroCodec } from '@baton/contracts';
import { createLogPublicationPolicy, type PublisherPresence, presenceKey } from '@baton/control';
import { type EventType, type Version, version } from '@baton/core';
import {
  createTwinPublisher,
  type EventPublisher,
  type PublicationPolicy,
  type TransactionalProducerFactory,
} from '@baton/messaging';
import type { Context } from '../context';
import { withControl } from '../control-access';

/** What is published, and in whose name. */
export interface Publishing {
  readonly eventType: EventType;
  readonly versions: readonly Version[];
  /** CloudEvents source. */
  readonly source: string;
}

type PublishingContext = Pick<
  Context,
  'broker' | 'registry' | 'settings' | 'clock' | 'newId' | 'process' | 'progress'
>;

/** A producer that takes everything and sends nothing: with it a publisher checks events, and nothing else. */
const rehearsing: TransactionalProducerFactory = async () => ({
  begin: async () => {},
  send: async () => {},
  commit: async () => {},
  abort: async () => {},
  close: async () => {},
});

/** Opens a publisher that makes every check of the real one, and sends nothing. */
export const openRehearsal = (publishing: Publishing, context: PublishingContext): Promise<EventPublisher> =>
  openWith(publishing, { context, instance: 'rehearsal', createProducer: rehearsing });

/**
 * Opens a publisher for the time of `use`. Others see that it lives, and it leaves out what retires meanwhile, as the
 * publisher of any service does.
 */
export const withPublisher = <T>(
  publishing: Publishing,
  context: PublishingContext,
  use: (publisher: EventPublisher) => Promise<T>,
): Promise<T> =>
  withControl(context, async ({ follower, presence }) => {
    const instance = `baton-cli-${context.newId()}`;
    const present = presenceOf(instance, publishing, context);
    const key = presenceKey(present);
    await presence.put(key, present);
    try {
      const policy = createLogPublicationPolicy({ source: { follower }, instance });
      await policy.catchUp();
      const createProducer = context.broker().transactionalProducer;
      const publisher = await openWith(publishing, { context, instance, createProducer, policy });
      try {
        return await use(publisher);
      } finally {
        await publisher.close();
        await policy.close();
      }
    } finally {
      await presence.remove(key).catch(() => {});
    }
  });

interface Opening {
  readonly context: PublishingContext;
  readonly instance: string;
  readonly createProducer: TransactionalProducerFactory;
  readonly policy?: PublicationPolicy;
}

const openWith = (
  { eventType, versions, source }: Publishing,
  { context, instance, createProducer, policy }: Opening,
): Promise<EventPublisher> => {
  const { topicReader: topics, partitioner } = context.broker();
  return createTwinPublisher({
    source,
    instance,
    publishes: [{ eventType, versions }],
    codec: createAvroCodec({ registry: context.registry() }),
    createProducer,
    topics,
    partitioner,
    newId: context.newId,
    clock: context.clock,
    ...(policy === undefined ? {} : { policy }),
  });
};

const presenceOf = (
  instance: string,
  { eventType, versions, source }: Publishing,
  { process, clock }: PublishingContext,
): PublisherPresence => ({
  schemaVersion: 1,
  kind: 'publisher',
  instance,
  service: source,
  host: process.host,
  pid: process.id,
  startedAt: clock.now(),
  publishes: { [eventType.name]: versions.map((one) => version(one)) },
});
