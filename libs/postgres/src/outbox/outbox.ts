import { BatonError, type EventType, type NewestData } from '@baton/core';
import { assertKey, type EventToPublish, spanning, type Tracing } from '@baton/messaging';
import type { Database } from '../database/database';
import { migrate } from '../database/migrate';
import type { Queryable } from '../database/queryable';
import { rangeOf } from './key-range';
import { type Lag, readLag } from './lag';
import { notificationChannel } from './outbox-store';
import { discardParked, listParked, type ParkedEvent, retryParked } from './parked';
import { defaultRanges, openRanges } from './ranges';
import { dataToStore } from './stored-event';

export interface OutboxOptions {
  readonly database: Database;
  /** CloudEvents source: the name of the publishing service, such as `lending`. */
  readonly source: string;
  /** What may be published. */
  readonly eventTypes: readonly EventType[];
  readonly newId: () => string;
  /** Into how many ranges the keys are split, and so how many relays can share the work; never changed afterwards. */
  readonly ranges?: number;
  readonly tracing?: Tracing | undefined;
}

/** An event that is in the outbox once the caller's transaction commits. */
export interface OutboxEvent {
  readonly id: string;
  readonly key: string;
}

/** Takes events in the caller's own transaction: they are published if it commits, and only then. */
export interface Outbox {
  /**
   * Inserts the event through `tx`. Rejects with `invalid-data` or `invalid-key` before anything is written. Events
   * of one key are published in the order in which their transactions commit; call it after the lock that orders them.
   */
  publish<T extends EventType>(
    tx: Queryable,
    eventType: T,
    event: EventToPublish<NewestData<T>>,
  ): Promise<OutboxEvent>;
  /** Events that cannot be sent as they are; later events of the same type and key wait for them. */
  parked(): Promise<readonly ParkedEvent[]>;
  /** Lets a relay try a parked event again, in its place; answers whether there was one. */
  retry(id: string): Promise<boolean>;
  /** Gives a parked event up for good; answers whether there was one. */
  discard(id: string): Promise<boolean>;
  lag(): Promise<Lag>;
}

/**
 * Opens the outbox of a source: brings the schema up to date, and splits the keys into ranges at the first time.
 *
 * ```ts
 * const outbox = await openOutbox({ database, source: 'lending', eventTypes: [BooksBorrowed], newId: randomUUID });
 * await database.transaction(async (tx) => {
 *   await tx.query('INSERT INTO loan …');
 *   await outbox.publish(tx, BooksBorrowed, { key: loan.id, data });
 * });
 * ```
 */
export const openOutbox = async ({
  database,
  source,
  eventTypes,
  newId,
  ranges = defaultRanges,
  tracing,
}: OutboxOptions): Promise<Outbox> => {
  await migrate(database);
  await openRanges(database, source, ranges);
  return {
    publish: async (tx, eventType, event) => {
      assertPublishes(source, eventTypes, eventType);
      assertKey(eventType, event);
      const data = dataToStore(eventType, event.data);
      const id = newId();
      const { key, traceparent } = event;
      const trace = traceparent === undefined ? {} : { traceparent };
      const span = tracing?.sending('create', { id, source, type: eventType.name, ...trace });
      const inserted = tx.query(insert, [
        id,
        source,
        eventType.name,
        eventType.newest,
        key,
        rangeOf(key, ranges),
        data,
        Buffer.byteLength(data),
        span?.traceparent ?? traceparent ?? null,
      ]);
      await spanning(span, inserted);
      return { id, key };
    },
    parked: () => listParked(database, source),
    retry: (id) => retryParked(database, source, id),
    discard: (id) => discardParked(database, source, id),
    lag: () => readLag(database, source),
  };
};

const insert = `
WITH row AS (
  INSERT INTO baton.outbox (id, source, event_type, version, key, range, data, bytes, traceparent)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING source, range)
SELECT pg_notify('${notificationChannel}', source || ' ' || range) FROM row`;

const assertPublishes = (source: string, eventTypes: readonly EventType[], { name }: EventType): void => {
  if (eventTypes.some((eventType) => eventType.name === name)) return;
  throw new BatonError(
    'invalid-argument',
    `${source} does not publish ${name}. Add it to \`eventTypes\`, and to \`publishes\` of the relay.`,
  );
};
