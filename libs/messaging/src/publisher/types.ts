import type { EventCodec } from '@baton/contracts';
import type { EventType, Instant, NewestData, PublishedVersions, Version } from '@baton/core';
import type { PublicationPolicy } from '../ports/publication-policy';
import type { Clock, Logger } from '../ports/runtime';
import type { Partitioner, TopicReader } from '../ports/topics';
import type { Tracing } from '../ports/tracing';
import type { TransactionalProducerFactory } from '../ports/transactional-producer';
import type { TransactionOutcomes } from './transaction-slot';

/** An event type and the versions in which this publisher publishes it at present. */
export interface Publication {
  readonly eventType: EventType;
  readonly versions: readonly number[];
}

/** What is published: the payload in the newest version, and the key that its order goes by. */
export interface EventToPublish<Data> {
  readonly key: string;
  readonly data: Data;
  /** W3C trace context that the event goes on with; where tracing is on, the span around the call if left out. */
  readonly traceparent?: string;
}

/** What became of a published event. */
export interface PublishedEvent {
  readonly id: string;
  readonly key: string;
  readonly createdAt: Instant;
  readonly published: PublishedVersions;
  readonly partition: number;
}

/** Publishes events, each in all its live versions at once or not at all. */
export interface EventPublisher {
  /**
   * Resolves once all twins are committed. Events of one key become visible in the order of the calls. Rejects with
   * `invalid-data`, `invalid-key` or `event-too-large` before anything is sent, and with `outcome-unknown` (the id
   * is in `details.id`) if the deadline passes before the broker confirms. Rejects with `version-retired` if every
   * configured version of the event type retires.
   */
  publish<T extends EventType>(eventType: T, event: EventToPublish<NewestData<T>>): Promise<PublishedEvent>;
  /** Finishes what was accepted, then disconnects. Safe to call twice. */
  close(): Promise<void>;
  /** The versions in which an event accepted now is published, by event type; none once all of them retire. */
  publishing(): ReadonlyMap<string, readonly Version[]>;
  /** Whether transactions get through at present. */
  health(): PublisherHealth;
  stats(): PublisherStats;
}

export type PublisherHealth =
  | { readonly kind: 'ready' }
  | { readonly kind: 'retrying'; readonly since: number; readonly because: string }
  | { readonly kind: 'closed' };

/** Counts since the start. */
export interface PublisherStats {
  readonly published: number;
  readonly transactions: number;
  readonly outcomes: Readonly<TransactionOutcomes>;
  readonly producersReplaced: number;
  readonly outcomesUnknown: number;
  /** Accepted, not yet committed. */
  readonly pending: number;
}

export interface TwinPublisherDeps {
  /** CloudEvents source: names the publishing service, such as `lending`. */
  readonly source: string;
  /** Stable name of this instance; its successor after a restart uses the same and fences it. */
  readonly instance: string;
  readonly publishes: readonly Publication[];
  readonly codec: EventCodec;
  readonly createProducer: TransactionalProducerFactory;
  readonly topics: TopicReader;
  readonly partitioner: Partitioner;
  readonly newId: () => string;
  /** Says which versions retire; without it, all that are configured are published for ever. The caller closes it. */
  readonly policy?: PublicationPolicy;
  readonly tracing?: Tracing | undefined;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly limits?: Partial<PublisherLimits>;
}

export interface PublisherLimits {
  /** How long an event may take from the call to the commit, in milliseconds. */
  readonly deadlineMs: number;
  /** The largest encoded message, in bytes. */
  readonly maxMessageBytes: number;
  /** The most events in one transaction. */
  readonly maxBatchEvents: number;
  /** The most bytes in one transaction. */
  readonly maxBatchBytes: number;
  /** The most events accepted and not yet committed; more are rejected with `publisher-overloaded`. */
  readonly maxPending: number;
  /** The margin S: how far ahead topics let a clock run, in milliseconds. */
  readonly marginMs: number;
}
