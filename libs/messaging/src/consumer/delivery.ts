import { type Envelope, topicOf, type Version } from '@baton/core';
import type { Origin } from '../dead-letters/letter';
import type { RetryContext } from '../dead-letters/retry-copy';
import type { FetchedRecord } from '../ports/records';
import type { Track } from './lane';
import type { Subscription } from './types';

/** What is known of an event on the retry topic. */
export type Replayed = Pick<RetryContext, 'eventType' | 'order' | 'replays' | 'origin'>;

/** One event on its way to a handler. */
export interface Delivery {
  readonly track: Track;
  /** As it was fetched; on the retry topic its message is the original one. */
  readonly record: FetchedRecord;
  readonly subscription: Subscription;
  /** The version that is responsible. */
  readonly version: Version;
  /** The topic of that version: what is told of the event is counted under it. */
  readonly topic: string;
  /** `undefined` if its headers are unreadable. */
  readonly envelope: Envelope | undefined;
  /** `undefined` for a message without a key: it waits for no other. */
  readonly key: string | undefined;
  /** Events of one queue are handled one after the other. */
  readonly queue: string;
  readonly bytes: number;
  /** Set on the retry topic only. */
  readonly replayed: Replayed | undefined;
  /** How often its handler failed so far. */
  failures: number;
  /** How often it could not be read so far, for whatever may pass. */
  unread: number;
  /** How often handlers were made anew because of it. */
  restarts: number;
  error: unknown;
}

/** Puts together what is known of a record. */
export const createDelivery = (
  known: Pick<Delivery, 'track' | 'record' | 'subscription' | 'version' | 'envelope'> &
    Partial<Pick<Delivery, 'replayed'>>,
): Delivery => {
  const { track, record, subscription, version, envelope, replayed } = known;
  const key = record.key?.toString('utf8');
  // this release may have no subscription for what comes back
  const name = replayed?.eventType ?? subscription.eventType.name;
  return {
    track,
    record,
    subscription,
    version,
    topic: replayed === undefined ? track.topic : topicOf(subscription.eventType.name, version),
    envelope,
    replayed,
    key,
    queue: key === undefined ? `#${record.offset}` : `${name}\n${key}`,
    bytes: (record.value?.length ?? 0) + (record.key?.length ?? 0) + overheadBytes,
    failures: 0,
    unread: 0,
    restarts: 0,
    error: undefined,
  };
};

const overheadBytes = 500;

/** Where it was read. */
export const readAt = ({ track: { topic, partition }, record: { offset, timestamp } }: Delivery): Origin => ({
  topic,
  partition,
  offset,
  timestamp,
});

/** The same event without the fetched batch behind it, which its buffers would keep in memory. */
export const detached = (delivery: Delivery): Delivery => {
  const { record } = delivery;
  const own = (bytes: Buffer | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes));
  const headers = Object.fromEntries(
    Object.entries(record.headers).map(([name, content]) => [
      name,
      Buffer.isBuffer(content) ? Buffer.from(content) : content,
    ]),
  );
  return { ...delivery, record: { ...record, key: own(record.key), value: own(record.value), headers } };
};
