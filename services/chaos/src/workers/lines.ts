import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createAvroCodec } from '@baton/contracts';
import { createLogPublicationPolicy } from '@baton/control';
import { isBatonError, version } from '@baton/core';
import { createTwinPublisher, type PublicationPolicy } from '@baton/messaging';
import { connectPostgres, openOutbox } from '@baton/postgres';
import { announcePresence } from '@baton/service-kit';
import { type ChaosEventType, chaosEventType, type ShipmentV2 } from '../stage/event-type';
import { insertShipment, lockAccount } from './part-tables';
import { type PublisherSettings, timings } from './settings';
import { watchProducers } from './watch-producer';
import type { Worker } from './worker';

/** One event as it is to be published. */
export interface Shipment {
  readonly eventType: ChaosEventType;
  readonly key: string;
  readonly data: ShipmentV2;
  /** A transaction of a database that is not to take effect. */
  readonly end: 'commit' | 'roll-back';
}

/** Event types that are published in the same way. */
export interface Line {
  readonly eventTypes: readonly ChaosEventType[];
  /** How many events are under way. */
  pending(): number;
  /** Writes down what came of it; never rejects. */
  publish(shipment: Shipment): Promise<void>;
}

interface OpenLineDeps {
  readonly worker: Worker;
  readonly startedAt: number;
}

/** Says that an instance publishes these event types, and follows which versions retire. */
export const beginPublishing = async (
  instance: string,
  eventTypes: readonly string[],
  { worker: { kafka, logger, lifecycle, clock }, startedAt }: OpenLineDeps,
): Promise<PublicationPolicy> => {
  await announcePresence({
    store: kafka.presence(),
    presence: () => ({
      schemaVersion: 1,
      kind: 'publisher',
      instance,
      service: 'chaos',
      host: hostname(),
      pid: process.pid,
      startedAt,
      publishes: Object.fromEntries(eventTypes.map((type) => [type, [version(1), version(2)]])),
    }),
    logger,
    lifecycle,
    clock,
  });
  const log = await kafka.controlLog();
  const policy = createLogPublicationPolicy({ source: { log }, instance, logger });
  lifecycle.onStop('publication policy', policy.close);
  return policy;
};

type LineSettings = PublisherSettings['lines'][number];

/** Publishes in transactions of the broker. */
export const openTwinLine = async (
  { name, eventTypes }: LineSettings,
  { instance: own }: Pick<PublisherSettings, 'instance'>,
  deps: OpenLineDeps,
): Promise<Line> => {
  const { kafka, points, clock, logger, lifecycle, history } = deps.worker;
  const instance = `${own}-${name}`;
  const types = eventTypes.map(chaosEventType);
  const publisher = await createTwinPublisher({
    source: 'chaos',
    instance,
    publishes: types.map((eventType) => ({ eventType, versions: [1, 2] })),
    codec: createAvroCodec({ registry: kafka.registry() }),
    createProducer: watchProducers(kafka.transactionalProducer, points),
    topics: kafka.topicReader,
    partitioner: kafka.partitioner,
    newId: randomUUID,
    policy: await beginPublishing(instance, eventTypes, deps),
    clock,
    logger,
    limits: { marginMs: timings.marginMs, deadlineMs: 20_000 },
  });
  lifecycle.onStop('publisher', publisher.close);
  return {
    eventTypes: types,
    pending: () => publisher.stats().pending,
    publish: async ({ eventType, key, data }) => {
      const { note } = data;
      try {
        const { id, createdAt, published } = await publisher.publish(eventType, { key, data });
        history.write({ kind: 'publish-answered', note, id, createdAt, published: published.join(',') });
      } catch (error) {
        history.write({ kind: 'publish-failed', note, code: codeOf(error) });
      }
    },
  };
};

/** Writes rows into the outbox, each in a transaction with the shipment it tells of. */
export const openOutboxLine = async (
  { eventTypes }: LineSettings,
  { instance, database: place }: Pick<PublisherSettings, 'instance' | 'database'>,
  { worker: { points, logger, lifecycle, history } }: OpenLineDeps,
): Promise<Line> => {
  const types = eventTypes.map(chaosEventType);
  const database = await connectPostgres({ url: place?.url ?? '', name: instance, logger });
  lifecycle.onStop('database', database.close);
  const source = place?.source ?? '';
  const outbox = await openOutbox({ database, source, eventTypes: types, newId: randomUUID });
  const write = async ({ eventType, key, data, end }: Shipment): Promise<void> => {
    const { note } = data;
    let id = '';
    try {
      await database.transaction(async (tx) => {
        await tx.query(lockAccount, [eventType.name, key]);
        ({ id } = await outbox.publish(tx, eventType, { key, data }));
        await tx.query(insertShipment, [id, eventType.name, key, note]);
        points.reach('after-outbox-insert');
        if (end === 'roll-back') throw new Regret();
      });
      points.reach('after-outbox-commit');
      history.write({ kind: 'row-committed', note, id });
    } catch (error) {
      if (error instanceof Regret) history.write({ kind: 'row-rolled-back', note, id });
      else history.write({ kind: 'publish-failed', note, code: codeOf(error) });
    }
  };
  return { eventTypes: types, ...oneByOne(write) };
};

/** Why a transaction is rolled back on purpose. */
class Regret extends Error {}

/** What one publisher writes for a key comes in the order of its calls. */
const oneByOne = (write: (shipment: Shipment) => Promise<void>): Pick<Line, 'pending' | 'publish'> => {
  const last = new Map<string, Promise<void>>();
  let pending = 0;
  return {
    pending: () => pending,
    publish: (shipment) => {
      const name = `${shipment.eventType.name} ${shipment.key}`;
      pending += 1;
      const mine = (last.get(name) ?? Promise.resolve())
        .then(() => write(shipment))
        .finally(() => {
          pending -= 1;
        });
      last.set(name, mine);
      return mine;
    },
  };
};

const codeOf = (error: unknown): string => (isBatonError(error) ? error.code : 'unknown');
