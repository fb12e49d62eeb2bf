import {
  BatonError,
  type EventType,
  type Instant,
  type NewestData,
  type PublishedVersions,
  publishedVersions,
} from '@baton/core';
import { type Clock, silentLogger, systemClock } from '../ports/runtime';
import { Batcher, type PendingEvent } from './batcher';
import { checkTopics } from './check-topics';
import { assertDowncastsComplete, type EncodedTwin, encodeTwins } from './encode-event';
import { createTransactionSlot, type TransactionSlot } from './transaction-slot';
import type {
  EventPublisher,
  EventToPublish,
  PublishedEvent,
  PublisherLimits,
  TwinPublisherDeps,
} from './types';

const defaultLimits: PublisherLimits = {
  deadlineMs: 30_000,
  maxMessageBytes: 900_000,
  maxBatchEvents: 500,
  maxBatchBytes: 4_000_000,
  maxPending: 20_000,
  marginMs: 2_000,
};

/** How much of a record, beside key, value and headers, counts against the size limit. */
const recordOverheadBytes = 500;

interface LivePublication {
  readonly published: PublishedVersions;
  readonly partitions: number;
}

/**
 * Publishes each event in all its live versions in one transaction. Checks everything before the first event:
 * downcasts, schemas in the registry, topics; connects and fences its predecessor.
 *
 * ```ts
 * const publisher = await createTwinPublisher({ source: 'lending', instance: 'lending-1', publishes: [
 *   { eventType: BooksBorrowed, versions: [1, 2] } ], …ports });
 * await publisher.publish(BooksBorrowed, { key: loan.id, data });
 * ```
 */
export const createTwinPublisher = async (deps: TwinPublisherDeps): Promise<EventPublisher> => {
  const { clock = systemClock, logger = silentLogger } = deps;
  const limits = { ...defaultLimits, ...deps.limits };
  const publications = await preparePublications(deps, limits);
  const slot = createTransactionSlot({
    transactionalId: `${deps.source}.${deps.instance}`,
    createProducer: deps.createProducer,
    clock,
    logger,
  });
  await slot.open();
  const batcher = new Batcher({
    slot,
    clock,
    maxEvents: limits.maxBatchEvents,
    maxBytes: limits.maxBatchBytes,
  });
  return publisherOver({
    accept: createAcceptance(deps, limits, publications),
    batcher,
    slot,
    clock,
    limits,
  });
};

/** An event that passed every check, ready for the batcher. */
type AcceptedEvent = Pick<PendingEvent, 'envelope' | 'key' | 'partition' | 'twins' | 'bytes'>;

type Acceptance = (eventType: EventType, event: EventToPublish<unknown>) => AcceptedEvent;

const publisherOver = ({
  accept,
  batcher,
  slot,
  clock,
  limits,
}: {
  accept: Acceptance;
  batcher: Batcher;
  slot: TransactionSlot;
  clock: Clock;
  limits: PublisherLimits;
}): EventPublisher => {
  let state: 'open' | 'closed' = 'open';
  let published = 0;

  const publish = async <T extends EventType>(
    eventType: T,
    event: EventToPublish<NewestData<T>>,
  ): Promise<PublishedEvent> => {
    assertOpen(state, batcher.pending(), limits.maxPending);
    const accepted = accept(eventType, event);
    const deadline = clock.now() + limits.deadlineMs;
    const createdAt = await new Promise<Instant>((resolve, reject) => {
      batcher.add({ ...accepted, deadline, resolve, reject });
    });
    published += 1;
    const { envelope, key, partition } = accepted;
    return { id: envelope.id, key, createdAt, published: envelope.published, partition };
  };

  return {
    publish,
    close: async () => {
      state = 'closed';
      await batcher.drained();
      await slot.close();
    },
    health: () => {
      const trouble = batcher.trouble();
      if (state === 'closed') return { kind: 'closed' };
      return trouble === undefined ? { kind: 'ready' } : { kind: 'retrying', ...trouble };
    },
    stats: () => ({
      published,
      transactions: batcher.transactions(),
      producersReplaced: slot.replaced(),
      outcomesUnknown: batcher.outcomesUnknown(),
      pending: batcher.pending(),
    }),
  };
};

const assertOpen = (state: 'open' | 'closed', pending: number, maxPending: number): void => {
  if (state === 'closed') {
    throw new BatonError('publisher-closed', 'The publisher is closing; it takes no event any more.');
  }
  if (pending >= maxPending) {
    throw new BatonError(
      'publisher-overloaded',
      `Expected fewer than ${maxPending} events under way. Publish more slowly, or wait and try again.`,
    );
  }
};

const createAcceptance =
  (
    { source, codec, partitioner, newId }: TwinPublisherDeps,
    { maxMessageBytes }: PublisherLimits,
    publications: ReadonlyMap<string, LivePublication>,
  ): Acceptance =>
  (eventType, event) => {
    const publication = publications.get(eventType.name);
    if (publication === undefined) {
      throw new BatonError(
        'invalid-argument',
        `${source} does not publish ${eventType.name}. Add it to \`publishes\`.`,
      );
    }
    assertKey(eventType, event);
    const { key, data, traceparent } = event;
    const { published, partitions } = publication;
    const twins = encodeTwins(codec, eventType, published, data);
    const bytes = assertSize(eventType, key, twins, maxMessageBytes);
    const trace = traceparent === undefined ? {} : { traceparent };
    const envelope = { id: newId(), source, type: eventType.name, published, ...trace };
    return { envelope, key, partition: partitioner(key, partitions), twins, bytes };
  };

const preparePublications = async (
  { publishes, codec, topics }: TwinPublisherDeps,
  { marginMs }: PublisherLimits,
): Promise<ReadonlyMap<string, LivePublication>> => {
  const prepared = new Map<string, LivePublication>();
  for (const { eventType, versions } of publishes) {
    const published = publishedVersions(versions);
    assertDowncastsComplete(eventType, published);
    const partitions = await checkTopics(topics, { eventType: eventType.name, versions, marginMs });
    prepared.set(eventType.name, { published, partitions });
  }
  await codec.prepare(publishes.map(({ eventType }) => eventType));
  return prepared;
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const controlCharacters = /[\u0000-\u001f\u007f]/;

const assertKey = (eventType: EventType, { key, data }: EventToPublish<unknown>): void => {
  const wellFormed =
    typeof key === 'string' && key !== '' && key.isWellFormed() && !controlCharacters.test(key);
  if (!wellFormed) {
    throw new BatonError(
      'invalid-key',
      `${eventType.name}: expected a key of readable text, got ${typeof key === 'string' ? JSON.stringify(key) : typeof key}.`,
    );
  }
  const { keyField } = eventType;
  const inData = keyField === undefined ? undefined : (data as Record<string, unknown> | null)?.[keyField];
  if (typeof inData === 'string' && inData !== key) {
    throw new BatonError(
      'invalid-key',
      `${eventType.name}: expected the key to be the payload's ${keyField}, "${inData}", got "${key}".`,
    );
  }
};

const assertSize = (
  eventType: EventType,
  key: string,
  twins: readonly EncodedTwin[],
  maxMessageBytes: number,
): number => {
  let total = 0;
  for (const { version, value } of twins) {
    const bytes = value.length + key.length * 3 + recordOverheadBytes;
    if (bytes > maxMessageBytes) {
      throw new BatonError(
        'event-too-large',
        `${eventType.name} v${version}: expected at most ${maxMessageBytes} bytes, got ${bytes}. Publish a reference to the large part instead.`,
      );
    }
    total += bytes;
  }
  return total;
};
