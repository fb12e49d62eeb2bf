import { dataFromJson, dataToJson } from '@baton/contracts';
import {
  type EventType,
  type PublishedVersions,
  publishedVersions,
  type Version,
  versionsOf,
} from '@baton/core';
import type { VersionedPayload } from '@baton/messaging';
import type { Row } from '../database/queryable';

/** An event as the outbox keeps it. What is stamped is there from the first stamp on, and never changes. */
export interface StoredEvent {
  /** The order of the inserts; text, because it can be larger than a number. */
  readonly seq: string;
  readonly id: string;
  readonly eventType: string;
  /** The version of `data`: the newest when the event was published. */
  readonly version: number;
  readonly key: string;
  /** A JSON document, as `dataFromJson` reads it. */
  readonly data: unknown;
  readonly traceparent: string | undefined;
  readonly stamp: Stamp | undefined;
}

/** What every attempt to send an event has in common. */
export interface Stamp {
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly partition: number;
  readonly published: PublishedVersions;
}

/** Reads a row of `baton.outbox` as the relay selects it. */
export const storedEventOf = (row: Row): StoredEvent => ({
  seq: String(row.seq),
  id: String(row.id),
  eventType: String(row.event_type),
  version: Number(row.version),
  key: String(row.key),
  data: JSON.parse(String(row.data)) as unknown,
  traceparent: row.traceparent === null ? undefined : String(row.traceparent),
  stamp:
    row.created_at === null
      ? undefined
      : {
          createdAt: Number(row.created_at),
          partition: Number(row.partition),
          published: publishedVersions(String(row.published).split(',').map(Number)),
        },
});

/** The data of an event as JSON text; throws `invalid-data` if it does not fit the newest version. */
export const dataToStore = (eventType: EventType, data: unknown): string => {
  const schema = eventType.versions[eventType.newest]?.schema;
  const json = dataToJson(schema, data);
  dataFromJson(schema, json);
  return JSON.stringify(json);
};

/** The payload of a stored event, as far up as upcasts of this release lead. Throws `invalid-data`. */
export const payloadOf = (eventType: EventType, { version, data }: StoredEvent): VersionedPayload => {
  const first = { version, data: dataFromJson(eventType.versions[version]?.schema, data) };
  return versionsOf(eventType)
    .filter((v) => v > version)
    .reduce((payload: VersionedPayload, v) => upcast(eventType, v, payload), first);
};

const upcast = (eventType: EventType, to: Version, payload: VersionedPayload): VersionedPayload => {
  const step = eventType.upcasts[to];
  const isNext = !versionsOf(eventType).some((v) => v > payload.version && v < to);
  if (step === undefined || !isNext) return payload;
  return { version: to, data: (step as (older: unknown) => unknown)(payload.data) };
};
