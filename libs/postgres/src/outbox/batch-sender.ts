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

export interface BatchSenderDeps {
  readonly source: string;
  readonly slot: TransactionSlot;
  readonly deprecations: (eventType: string) => ReadonlyMap<Version, Deprecation>;
  /** The broker has them all. */
  readonly committed: (events: readonly StampedEvent[]) => void;
  readonly park: (event: StoredEvent, problem: Problem) => Promise<void>;
  /** `no` ends it after the attempt under way. */
  readonly goesOn: () => boolean;
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

  /** `parked` if an event was put aside: what is left has to be read anew, without those that wait for it. */
  async send(events: readonly StampedEvent[]): Promise<'done' | 'parked'> {
    if (events.length === 0) return 'done';
    const records = events.flatMap((event) => this.recordsOf(event));
    do {
      const attempt = await this.deps.slot.attempt(records);
      if (attempt.kind === 'committed') {
        this.failing = undefined;
        this.deps.committed(events);
        return 'done';
      }
      this.failing ??= { since: this.deps.clock.now(), because: messageOf(attempt.error) };
      if (isBatonError(attempt.error) && !attempt.error.retriable)
        return this.sendApart(events, attempt.error);
    } while (this.deps.goesOn());
    return 'done';
  }

  /** A failure that no repetition mends may concern one event type, or one event: the others go on. */
  private async sendApart(events: readonly StampedEvent[], error: BatonError): Promise<'done' | 'parked'> {
    const types = [...new Set(events.map(({ event }) => event.eventType))];
    if (types.length > 1) {
      return this.sendEach(types.map((type) => events.filter(({ event }) => event.eventType === type)));
    }
    const [first] = events;
    if (first === undefined) return 'done';
    if (error.code !== 'event-too-large') {
      this.refuse(first.event.eventType, error);
      return 'done';
    }
    if (events.length > 1) {
      const half = Math.ceil(events.length / 2);
      return this.sendEach([events.slice(0, half), events.slice(half)]);
    }
    await this.deps.park(first.event, { code: error.code, message: messageOf(error) });
    return 'parked';
  }

  private async sendEach(parts: readonly (readonly StampedEvent[])[]): Promise<'done' | 'parked'> {
    for (const part of parts) {
      if ((await this.send(part)) === 'parked') return 'parked';
    }
    return 'done';
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
