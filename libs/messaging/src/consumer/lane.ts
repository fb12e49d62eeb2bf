import { type Instant, topicOf, type Version } from '@baton/core';
import type { Subscription } from './types';

/** Why nothing more is read of a lane for now. */
export type Pause =
  | { readonly kind: 'hold'; readonly createdAt: Instant; readonly waitsFor: readonly Version[] }
  | { readonly kind: 'proposal'; readonly createdAt: Instant }
  | { readonly kind: 'retry'; readonly error: unknown };

/** One version of one event type in one partition, as a member of the group reads it in one generation. */
export interface Lane {
  readonly subscription: Subscription;
  readonly version: Version;
  readonly topic: string;
  readonly partition: number;
  /** The next offset to handle; everything below is handled, skipped, aborted or control. */
  position: number;
  /** The offset the broker has confirmed as committed; `undefined` before the first commit of the group here. */
  committed: number | undefined;
  /** Clock time of the newest commit that this member made here. */
  committedAt: number;
  /** Set whenever records here may have been passed over unread: at assignment and by each skip. */
  unread: boolean;
  /** How far the other versions must be committed before a record that the hold concerns may run. */
  readonly barrier: Map<Version, number>;
  /** The newest creation among the records passed or in hand since the assignment. */
  newestPassed: Instant;
  pause: Pause | undefined;
  /** How often the record at `position` failed so far. */
  failures: number;
}

export const createLane = (
  subscription: Subscription,
  version: Version,
  { partition, position, committed }: { partition: number; position: number; committed: number | undefined },
): Lane => ({
  subscription,
  version,
  topic: topicOf(subscription.eventType.name, version),
  partition,
  position,
  committed,
  committedAt: Number.NEGATIVE_INFINITY,
  unread: true,
  barrier: new Map(),
  newestPassed: Number.NEGATIVE_INFINITY as Instant,
  pause: undefined,
  failures: 0,
});

/** The lanes of one event type that share a partition number, by version. */
export type Siblings = ReadonlyMap<Version, Lane>;
