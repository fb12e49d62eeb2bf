import { BatonError, type EventType, type Instant, type NewestData } from '@baton/core';
import { type Clock, delay, silentLogger, systemClock } from '../ports/runtime';
import { spanning, type Tracing } from '../ports/tracing';
import { Batcher, type PendingEvent } from './batcher';
import { assertKey, assertSize, checkPublications } from './check-event';
import { encodeTwins } from './encode-event';
import { Publications, retired } from './publications';
import { Retirements } from './retirements';
import { createTransactionSlot, type TransactionOutcomes, type TransactionSlot } from './transaction-slot';
import type {
  EventPublisher,
  EventToPublish,
  PublishedEvent,
  PublisherLimits,
  TwinPublisherDeps,
} from './types';
import { UnderWay } from './under-way';

const defaultLimits: PublisherLimits = {
  deadlineMs: 30_000,
  maxMessageBytes: 900_000,
  maxBatchEvents: 500,
  maxBatchBytes: 4_000_000,
  maxPending: 20_000,
  marginMs: 2_000,
};

/** How long acknowledgements under way may take when the publisher closes. */
const lastAcknowledgementsMs = 2_000;

/**
 * Publishes each event in all its live versions in one transaction. Checks everything before the first event:
 * downcasts, schemas in the registry, topics; connects and fences its predecessor. With a policy, versions that
 * retire are left out of new events without a restart; the presence of the instance must be written before.
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
  const publications = new Publications(await checkPublications(deps, limits), deps.policy);
  const outcomes = { committed: 0, failed: 0, unknown: 0 };
  const slot = createTransactionSlot({
    outcomes,
    transactionalId: `${deps.source}.${deps.instance}`,
    createProducer: deps.createProducer,
    clock,
    logger,
  });
  await slot.open();
  // a predecessor of the same name is fenced now; its clock may have run ahead, and createdAt must not go back
  await delay(clock, limits.marginMs);
  const batcher = new Batcher({
    slot,
    clock,
    maxEvents: limits.maxBatchEvents,
    maxBytes: limits.maxBatchBytes,
  });
  const underWay = new UnderWay();
  const retirements =
    deps.policy && new Retirements({ policy: deps.policy, publications, underWay, slot, clock, logger });
  return publisherOver({
    accept: createAcceptance(deps, limits, publications),
    publications,
    retirements,
    underWay,
    batcher,
    slot,
    outcomes,
    clock,
    limits,
    tracing: deps.tracing,
  });
};

/** An event that passed every check, ready for the batcher. */
type AcceptedEvent = Omit<PendingEvent, 'deadline' | 'resolve' | 'reject'>;

type Acceptance = (eventType: EventType, event: EventToPublish<unknown>) => AcceptedEvent;

const publisherOver = ({
  accept,
  publications,
  retirements,
  underWay,
  batcher,
  slot,
  outcomes,
  clock,
  limits,
  tracing,
}: {
  accept: Acceptance;
  publications: Publications;
  retirements: Retirements | undefined;
  underWay: UnderWay;
  batcher: Batcher;
  slot: TransactionSlot;
  outcomes: TransactionOutcomes;
  clock: Clock;
  limits: PublisherLimits;
  tracing: Tracing | undefined;
}): EventPublisher => {
  let state: 'open' | 'closed' = 'open';
  let published = 0;

  const publish = async <T extends EventType>(
    eventType: T,
    event: EventToPublish<NewestData<T>>,
  ): Promise<PublishedEvent> => {
    assertOpen(state, batcher.pending(), limits.maxPending);
    const accepted = accept(eventType, event);
    const { key, partition, twins, deprecations, bytes } = accepted;
    const span = tracing?.sending('publish', accepted.envelope);
    const envelope =
      span === undefined ? accepted.envelope : { ...accepted.envelope, traceparent: span.traceparent };
    const deadline = clock.now() + limits.deadlineMs;
    const settled = underWay.begin(eventType.name, envelope.published);
    const committed = new Promise<Instant>((resolve, reject) => {
      batcher.add({ envelope, key, partition, twins, deprecations, bytes, deadline, resolve, reject });
    });
    try {
      const createdAt = await spanning(span, committed);
      published += 1;
      return { id: envelope.id, key, createdAt, published: envelope.published, partition };
    } finally {
      settled();
    }
  };

  return {
    publish,
    close: async () => {
      state = 'closed';
      await batcher.drained();
      await retirements?.close(lastAcknowledgementsMs);
      await slot.close();
    },
    publishing: () => publications.versions(),
    health: () => {
      const trouble = slot.rival() ?? batcher.trouble();
      if (state === 'closed') return { kind: 'closed' };
      return trouble === undefined ? { kind: 'ready' } : { kind: 'retrying', ...trouble };
    },
    stats: () => ({
      published,
      transactions: batcher.transactions(),
      outcomes: { ...outcomes },
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
    publications: Publications,
  ): Acceptance =>
  (eventType, event) => {
    const publication = publications.of(eventType.name);
    if (publication === undefined) {
      throw new BatonError(
        'invalid-argument',
        `${source} does not publish ${eventType.name}. Add it to \`publishes\`.`,
      );
    }
    assertKey(eventType, event);
    const { key, data, traceparent } = event;
    const { published, partitions, deprecations } = publication;
    if (published === undefined) throw retired(eventType.name, publication.configured);
    const twins = encodeTwins({ codec, eventType }, published, { version: eventType.newest, data });
    const bytes = assertSize(eventType, key, twins, maxMessageBytes);
    const trace = traceparent === undefined ? {} : { traceparent };
    const envelope = { id: newId(), source, type: eventType.name, published, ...trace };
    return { envelope, key, partition: partitioner(key, partitions), twins, deprecations, bytes };
  };
