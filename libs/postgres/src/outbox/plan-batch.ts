import type { EventCodec } from '@baton/contracts';
import {
  BatonError,
  type EventType,
  isBatonError,
  type PublishedVersions,
  publishedVersions,
} from '@baton/core';
import { assertSize, type EncodedTwin, encodeTwins, type VersionedPayload } from '@baton/messaging';
import { messageOf } from '../database/failures';
import type { Problem } from './parked';
import { payloadOf, type StoredEvent } from './stored-event';

/** What a relay publishes of one event type at present. */
export interface PublishedNow {
  readonly eventType: EventType;
  readonly published: PublishedVersions;
  readonly partitions: number;
}

/** An event whose twins are encoded. */
export interface EncodedEvent {
  readonly event: StoredEvent;
  readonly published: PublishedVersions;
  readonly partition: number;
  readonly twins: readonly EncodedTwin[];
  readonly bytes: number;
}

/** What becomes of the events that were read: some are sent now, some never as they are, the rest later. */
export interface BatchPlan {
  readonly send: readonly EncodedEvent[];
  readonly park: readonly { readonly event: StoredEvent; readonly problem: Problem }[];
}

export interface PlanDeps {
  readonly codec: EventCodec;
  readonly published: (eventType: string) => PublishedNow | undefined;
  readonly partitionOf: (key: string, partitions: number) => number;
  readonly maxMessageBytes: number;
  /** Of the encoded events; one is sent whatever its size. */
  readonly maxBatchBytes: number;
}

/**
 * Decides what to do with events of one range, in their order. An event that has to wait or is parked keeps the later
 * ones of its type and key waiting; all others go on.
 */
export const planBatch = (events: readonly StoredEvent[], deps: PlanDeps): BatchPlan => {
  const send: EncodedEvent[] = [];
  const park: { event: StoredEvent; problem: Problem }[] = [];
  const waiting = new Set<string>();
  let bytes = 0;
  for (const event of events) {
    const lane = `${event.eventType} ${event.key}`;
    const now = deps.published(event.eventType);
    if (now === undefined || event.version > now.eventType.newest || waiting.has(lane)) {
      waiting.add(lane);
      continue;
    }
    const outcome = encode(event, now, deps);
    if ('problem' in outcome) {
      waiting.add(lane);
      park.push({ event, problem: outcome.problem });
      continue;
    }
    bytes += outcome.bytes;
    if (send.length > 0 && bytes > deps.maxBatchBytes) break;
    send.push(outcome);
  }
  return { send, park };
};

const encode = (
  event: StoredEvent,
  { eventType, published: live, partitions }: PublishedNow,
  { codec, partitionOf, maxMessageBytes }: PlanDeps,
): EncodedEvent | { readonly problem: Problem } => {
  try {
    const payload = payloadOf(eventType, event);
    const published = event.stamp?.published ?? reachable(eventType, live, payload);
    assertReaches(eventType, published, payload);
    const twins = encodeTwins({ codec, eventType }, published, payload);
    const bytes = assertSize(eventType, event.key, twins, maxMessageBytes);
    const partition = event.stamp?.partition ?? partitionOf(event.key, partitions);
    return { event, published, partition, twins, bytes };
  } catch (error) {
    return {
      problem: { code: isBatonError(error) ? error.code : 'invalid-data', message: messageOf(error) },
    };
  }
};

/** An event that an older release stored is published in the versions that its data leads to. */
const reachable = (
  eventType: EventType,
  live: PublishedVersions,
  payload: VersionedPayload,
): PublishedVersions => {
  const versions = live.filter((version) => version <= payload.version);
  if (versions.length > 0) return publishedVersions(versions);
  throw noUpcast(eventType, live, payload);
};

const assertReaches = (
  eventType: EventType,
  published: PublishedVersions,
  payload: VersionedPayload,
): void => {
  if (published.some((version) => version > payload.version)) throw noUpcast(eventType, published, payload);
};

const noUpcast = (
  eventType: EventType,
  published: PublishedVersions,
  { version }: VersionedPayload,
): BatonError =>
  new BatonError(
    'missing-translation',
    `${eventType.name}: expected an upcast from v${version}, in which the event was stored, to v${published.join(', v')}, got none. Add it beside the schema, and retry the event.`,
  );
