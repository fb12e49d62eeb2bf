import { type Instant, topicOf, type Version } from '@baton/core';
import { type DoneAbove, nothingDone } from '../bindings/commit-marks';
import type { TopicPartition } from '../ports/records';
import type { Subscription } from './types';
import { Waiting } from './waiting';

/** Why nothing more is read of a track for now. */
export type Pause =
  | { readonly kind: 'hold'; readonly createdAt: Instant; readonly waitsFor: readonly Version[] }
  | { readonly kind: 'proposal'; readonly createdAt: Instant }
  | { readonly kind: 'retry'; readonly error: unknown }
  /** So many events wait that no more are taken in hand. */
  | { readonly kind: 'full' }
  /** Supervision has stopped the subscription. */
  | { readonly kind: 'stopped' };

/** One partition as a member of the group reads it in one generation. */
export interface Track extends TopicPartition {
  /** The next offset to read; everything below is handled, skipped, aborted or control, or waits. */
  position: number;
  /** The offset the broker has confirmed as committed; `undefined` before the first commit of the group here. */
  committed: number | undefined;
  /** Elapsed time of the clock at the newest commit that this member made here. */
  committedAt: number;
  /** The version of `waiting` that the newest commit tells. */
  committedVersion: number;
  pause: Pause | undefined;
  /** How often the record at `position` failed so far. */
  failures: number;
  /** What lies below `position` and is not done. */
  readonly waiting: Waiting;
}

/** One version of one event type in one partition, as a member of the group reads it in one generation. */
export interface Lane extends Track {
  readonly subscription: Subscription;
  readonly eventType: string;
  readonly version: Version;
  /** Set whenever records here may have been passed over unread: at assignment and by each skip. */
  unread: boolean;
  /** How far the other versions must be committed before a record that the hold concerns may run. */
  readonly barrier: Map<Version, number>;
  /** The newest creation among the records passed or in hand since the assignment. */
  newestPassed: Instant;
}

interface Start {
  readonly partition: number;
  readonly position: number;
  readonly committed: number | undefined;
  /** What is done above the committed offset already. */
  readonly done?: DoneAbove;
}

export const createTrack = (
  topic: string,
  { partition, position, committed, done = nothingDone }: Start,
): Track => ({
  topic,
  partition,
  position,
  committed,
  committedAt: Number.NEGATIVE_INFINITY,
  committedVersion: 0,
  pause: undefined,
  failures: 0,
  waiting: new Waiting(done),
});

export const createLane = (subscription: Subscription, version: Version, start: Start): Lane => ({
  ...createTrack(topicOf(subscription.eventType.name, version), start),
  subscription,
  eventType: subscription.eventType.name,
  version,
  unread: true,
  barrier: new Map(),
  newestPassed: Number.NEGATIVE_INFINITY as Instant,
});

/** Where a later member goes on: everything below is done for good. */
export const lowWater = ({ position, waiting }: Track): number => waiting.lowest() ?? position;

/** The lanes of one event type that share a partition number, by version. */
export type Siblings = ReadonlyMap<Version, Lane>;
