import type { EventCodec } from '@baton/contracts';
import type { DataByVersion, Envelope, EventType, Version } from '@baton/core';
import type { ParkedBecause } from '../dead-letters/letter';
import type { DeadLetterPorts } from '../dead-letters/office';
import type { BindingSource } from '../ports/bindings';
import type { GroupMemberFactory } from '../ports/group-member';
import type { LogOffsets } from '../ports/log-offsets';
import type { TopicPartition } from '../ports/records';
import type { Clock, Logger, Random } from '../ports/runtime';
import type { Tracing } from '../ports/tracing';
import type { Supervision } from '../supervision/supervision';
import type { Spread } from './spread';

/** An event as a handler gets it. */
export interface Event<Data = unknown> extends Envelope {
  /** The version of `data`: the one the handler is written for. */
  readonly version: Version;
  readonly key: string;
  readonly data: Data;
}

/** Where the event was read, and how often it was tried. */
export interface HandlerContext {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The version that the group counts; differs from the event's `version` where an upcast made it. */
  readonly responsible: Version;
  /** 1 at the first try. */
  readonly attempt: number;
  /** The generation of the group in which the member owns the partition; larger after every rebalance. */
  readonly generation: number;
  /** How long the member may still act, in milliseconds; 0 or less once others may do its work. */
  readonly leaseMs: () => number;
  /** Aborted when the member loses the partition or stops. */
  readonly signal: AbortSignal;
}

/** Handles one event. Resolving means done; a rejection means: try again later. */
export type Handler<Data = unknown> = (event: Event<Data>, context: HandlerContext) => Promise<void>;

/** Wraps a handler with one concern. */
export type Middleware = (next: Handler) => Handler;

/** Handlers of one event type by version. */
export type HandlersByVersion<Versions extends DataByVersion> = {
  readonly [V in keyof Versions]?: Handler<Versions[V]> | StatefulHandler<Versions[V]>;
};

/** A handler that can be made anew; see `stateful`. */
export interface StatefulHandler<Data = unknown> {
  readonly create: () => Handler<Data>;
}

/** What a group does with one event type; made by `handle`. */
export interface Subscription {
  readonly eventType: EventType;
  /** The versions whose topics are read, ascending. */
  readonly reads: readonly Version[];
  /** For every version read: how its payload gets to a handler. */
  readonly routes: ReadonlyMap<Version, Route>;
  readonly supervision?: Supervision;
}

/** The way of one version: up through `upcasts`, if any, to a handler of `version`. */
export interface Route {
  readonly version: Version;
  readonly convert: (data: unknown) => unknown;
  readonly create: () => Handler;
  readonly handler: Handler;
  /** From now on a new handler handles. */
  readonly restart: () => void;
}

export interface ConsumerDeps {
  readonly group: string;
  /** Stable name of this instance, for logs and presence. */
  readonly instance: string;
  readonly on: readonly Subscription[];
  readonly groupMember: GroupMemberFactory;
  readonly logOffsets: LogOffsets;
  readonly codec: EventCodec;
  readonly bindings: BindingSource;
  readonly clock?: Clock;
  /** What spreads the pauses between tries. */
  readonly random?: Random;
  readonly logger?: Logger;
  readonly middleware?: readonly Middleware[];
  /** What becomes of events whose failure no event type's own supervision decides. */
  readonly supervision?: Supervision;
  readonly settings?: Partial<ConsumerSettings>;
  /** Where events are parked that cannot be handled; left out, they are tried again for ever. */
  readonly deadLetters?: DeadLetterPorts;
  readonly tracing?: Tracing | undefined;
}

export interface ConsumerSettings {
  /** The lease L: how long a member goes on after its last confirmed heartbeat; also the session timeout. */
  readonly leaseMs: number;
  readonly heartbeatIntervalMs: number;
  /** The margin S: how far ahead topics let a publisher's clock run. */
  readonly marginMs: number;
  readonly commitIntervalMs: number;
  /** The first and the longest pause before a failed event is tried again; a fifth of each is left to chance. */
  readonly retryMs: { readonly first: number; readonly longest: number };
  /** How often an event is tried before it is parked, unless middleware says otherwise. */
  readonly attempts: number;
  /** How far other keys may run ahead of an event that fails, in each partition. */
  readonly ahead: AheadLimits;
  /** How long the registry may say no before a schema id counts as unknown. */
  readonly unknownSchemaMs: number;
  /** How long `stop` waits for events in hand before it leaves the group without them. */
  readonly drainMs: number;
}

/** What one partition keeps in memory at most while an event of it waits. */
export interface AheadLimits {
  /** Events that wait, and as many that are done above them. */
  readonly events: number;
  readonly bytes: number;
  /** Events on their way to the dead letters. */
  readonly parking: number;
}

/** Reads all versions of event types as one group and handles each event in the version that counts. */
export interface EventConsumer {
  /** Checks the set-up, joins, and resolves once the first assignment is ready. */
  start(): Promise<void>;
  /** Finishes the events in hand, commits, leaves the group. Safe to call twice. */
  stop(): Promise<void>;
  /** Resolves after `stop`; rejects with the reason if the consumer had to end by itself. */
  readonly finished: Promise<void>;
  health(): ConsumerHealth;
  stats(): ConsumerStats;
}

/** `blocked` names partitions whose next event keeps failing. */
export type ConsumerHealth =
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'blocked'; readonly on: readonly BlockedPartition[] }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly because: string };

export interface BlockedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly attempts: number;
  readonly code: string;
  readonly because: string;
}

/** A partition that a member owns, and the offset below which the group is done for good. */
export interface Progress extends TopicPartition {
  readonly done: number;
}

/** Counts since the start, by event type and version. */
export interface ConsumerStats {
  readonly processed: ReadonlyMap<string, number>;
  readonly skipped: ReadonlyMap<string, number>;
  readonly stragglers: number;
  readonly holds: number;
  readonly heldNow: number;
  readonly failures: number;
  readonly rebalances: number;
  /** Handlers made anew by supervision. */
  readonly restarts: number;
  /** Events parked, by the reason. */
  readonly parked: ReadonlyMap<ParkedBecause, number>;
  /** Events parked, by the topic of the version that was responsible. */
  readonly parkedByTopic: ReadonlyMap<string, number>;
  /** Events parked whose later events of the key went on without them. */
  readonly ordersGivenUp: number;
  /** How long tries of handlers took, by the topic of the version that was responsible. */
  readonly handlerTimes: ReadonlyMap<string, { readonly done: Spread; readonly failed: Spread }>;
  /** How long holds took that have ended, by event type. */
  readonly holdTimes: ReadonlyMap<string, Spread>;
  /** Open letters that later events wait behind, by partition of the dead-letter topic that concerns this member. */
  readonly openLetters: ReadonlyMap<number, number>;
  /** How far the group is in each partition that this member owns. */
  readonly progress: readonly Progress[];
}
