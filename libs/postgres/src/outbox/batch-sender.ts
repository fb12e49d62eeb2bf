import {
  type BatonError,
  type Deprecation,
  instantFromMillis,
  isBatonError,
  type Version,
} from '@baton/core';
import {
  type Clock,
  type Logger,
  type OutgoingRecord,
  recordsOf,
  type SendingSpan,
  type Tracing,
  type TransactionSlot,
} from '@baton/messaging';
import { messageOf } from '../database/failures';
import type { Problem } from './parked';
import type { EncodedEvent } from './plan-batch';
import type { StoredEvent } from './stored-event';

/** An event whose stamp is committed in the database. */
export interface StampedEvent extends EncodedEvent {
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** Trouble that lasts. */
export interface Trouble {
  readonly since: number;
  readonly because: string;
}

/** An event type that the broker refuses, and until when it is left alone. */
export interface Refusal extends Trouble {
  readonly until: number;
}

/**
 * What became of a batch. `parked`: an event was put aside, and what is left has to be read anew, without those that
 * wait for it. `left`: some of it is not sent, because its type is refused or the work ends.
 */
export type SendOutcome = 'committed' | 'parked' | 'left';

export interface BatchSenderDeps {
  readonly source: string;
  readonly slot: TransactionSlot;
  readonly deprecations: (eventType: string) => ReadonlyMap<Version, Deprecation>;
  /** The broker has them all. */
  readonly committed: (events: readonly StampedEvent[]) => void;
  readonly park: (event: StoredEvent, problem: Problem) => Promise<void>;
  /** `no` ends it after the attempt under way. */
  readonly goesOn: () => boolean;
  readonly tracing?: Tracing | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly refusedPauseMs: number;
}

/** Sends stamped events, all twins in one transaction, again and again until it is committed. */
export class BatchSender {
  readonly refused = new Map<string, Refusal>();
  private failing: Trouble | undefined;

  constructor(private readonly deps: BatchSenderDeps) {}

  trouble(): Trouble | undefined {
    return this.failing;
  }

  async send(events: readonly StampedEvent[]): Promise<SendOutcome> {
    if (events.length === 0) return 'committed';
    const records = events.flatMap((event) => this.recordsOf(event));
    const spans = this.spansOf(events);
    let failed: unknown;
    do {
      const attempt = await this.deps.slot.attempt(records);
      if (attempt.kind === 'committed') {
        this.failing = undefined;
        this.deps.committed(events);
        for (const span of spans) span.done();
        return 'committed';
      }
      failed = attempt.error;
      this.failing ??= { since: this.deps.clock.now(), because: messageOf(failed) };
    } while (this.deps.goesOn() && !isRefused(failed));
    for (const span of spans) span.failed(failed);
    return isRefused(failed) ? this.sendApart(events, failed) : 'left';
  }

  /** One for each event that is traced, however often it is attempted. What is sent carries the stored context. */
  private spansOf(events: readonly StampedEvent[]): readonly SendingSpan[] {
    const { tracing, source } = this.deps;
    if (tracing === undefined) return [];
    return events.flatMap(({ event: { id, eventType, traceparent }, published }) => {
      if (traceparent === undefined) return [];
      return tracing.sending('send', { id, source, type: eventType, published, traceparent }) ?? [];
    });
  }

  /** A failure that no repetition mends may concern one event type, or one event: the others go on. */
  private async sendApart(events: readonly StampedEvent[], error: BatonError): Promise<SendOutcome> {
    const types = [...new Set(events.map(({ event }) => event.eventType))];
    if (types.length > 1) {
      return this.sendEach(types.map((type) => events.filter(({ event }) => event.eventType === type)));
    }
    const [first] = events;
    if (first === undefined) return 'committed';
    if (error.code !== 'event-too-large') {
      this.refuse(first.event.eventType, error);
      return 'left';
    }
    if (events.length > 1) return this.sendHalves(events);
    await this.deps.park(first.event, { code: error.code, message: messageOf(error) });
    return 'parked';
  }

  /** Types do not wait for each other. */
  private async sendEach(parts: readonly (readonly StampedEvent[])[]): Promise<SendOutcome> {
    let all: SendOutcome = 'committed';
    for (const part of parts) {
      if (!this.deps.goesOn()) return 'left';
      const outcome = await this.send(part);
      if (outcome === 'parked') return 'parked';
      if (outcome === 'left') all = 'left';
    }
    return all;
  }

  /** A key can be in both halves: the second one is sent after the first, or not at all. */
  private async sendHalves(events: readonly StampedEvent[]): Promise<SendOutcome> {
    const half = Math.ceil(events.length / 2);
    const first = await this.send(events.slice(0, half));
    if (first !== 'committed') return first;
    return this.deps.goesOn() ? this.send(events.slice(half)) : 'left';
  }

  private refuse(eventType: string, error: BatonError): void {
    const { clock, logger, refusedPauseMs } = this.deps;
    const since = clock.now();
    const until = clock.elapsed() + refusedPauseMs;
    this.refused.set(eventType, {
      since,
      until,
      because: `${eventType}: ${error.message}`,
    });
    logger.error({ eventType, err: error }, 'the broker refuses events of this type, they wait');
  }

  private recordsOf({
    event,
    published,
    partition,
    twins,
    createdAt,
  }: StampedEvent): readonly OutgoingRecord[] {
    const { source, deprecations } = this.deps;
    const { id, eventType: type, key, traceparent } = event;
    const trace = traceparent === undefined ? {} : { traceparent };
    const envelope = { id, source, type, createdAt: instantFromMillis(createdAt), published, ...trace };
    return recordsOf({ key, partition, twins, deprecations: deprecations(type) }, envelope);
  }
}

/** Whether no repetition mends it. */
const isRefused = (error: unknown): error is BatonError => isBatonError(error) && !error.retriable;
