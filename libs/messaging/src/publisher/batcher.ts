import { AsyncResource } from 'node:async_hooks';
import {
  BatonError,
  type Deprecation,
  type Envelope,
  type Instant,
  instantFromMillis,
  isBatonError,
  toHeaders,
  type Version,
} from '@baton/core';
import type { OutgoingRecord } from '../ports/records';
import type { Clock } from '../ports/runtime';
import type { EncodedTwin } from './encode-event';
import type { TransactionSlot } from './transaction-slot';

/** An accepted event on its way. `createdAt` is stamped right before the first attempt and never changes again. */
export interface PendingEvent {
  readonly envelope: Omit<Envelope, 'createdAt'>;
  readonly key: string;
  readonly partition: number;
  readonly twins: readonly EncodedTwin[];
  /** What the twins of deprecated versions say of it; as things stood when the event was accepted. */
  readonly deprecations: ReadonlyMap<Version, Deprecation>;
  readonly bytes: number;
  readonly deadline: number;
  readonly resolve: (createdAt: Instant) => void;
  readonly reject: (error: BatonError) => void;
}

interface StampedEvent {
  readonly pending: PendingEvent;
  readonly createdAt: Instant;
  readonly records: readonly OutgoingRecord[];
  /** Whether any attempt came as far as the commit, so that the event may be visible. */
  readonly maybeVisible: boolean;
}

/** Collects events while a transaction commits, and sends what has come together as the next one, in order. */
export class Batcher {
  private readonly queue: PendingEvent[] = [];
  private inFlight = 0;
  private committed = 0;
  private unknown = 0;
  private newestStamp = 0;
  private failing: { since: number; because: string } | undefined;
  private running: Promise<void> | undefined;
  /** The loop serves the events of all callers: it is no part of the trace of the one that started it. */
  private readonly runApart = AsyncResource.bind(() => this.run());

  constructor(
    private readonly deps: {
      readonly slot: TransactionSlot;
      readonly clock: Clock;
      readonly maxEvents: number;
      readonly maxBytes: number;
    },
  ) {}

  add(event: PendingEvent): void {
    this.queue.push(event);
    this.running ??= Promise.resolve().then(this.runApart);
  }

  pending(): number {
    return this.queue.length + this.inFlight;
  }

  transactions(): number {
    return this.committed;
  }

  outcomesUnknown(): number {
    return this.unknown;
  }

  /** The failure that is being retried at present. */
  trouble(): { readonly since: number; readonly because: string } | undefined {
    return this.failing;
  }

  /** Resolves once nothing is pending. */
  async drained(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  private async run(): Promise<void> {
    const { maxEvents, maxBytes } = this.deps;
    while (this.queue.length > 0) {
      this.rejectOverdue();
      const batch = takeBatch(this.queue, maxEvents, maxBytes).map((event) => this.stamp(event));
      this.inFlight = batch.length;
      await this.settle(batch);
      this.inFlight = 0;
    }
    this.running = undefined;
  }

  /** Events that waited until their deadline behind others are not begun any more. */
  private rejectOverdue(): void {
    const now = this.deps.clock.now();
    const first = this.queue.findIndex((event) => now < event.deadline);
    for (const event of this.queue.splice(0, first === -1 ? this.queue.length : first)) {
      event.reject(notPublished(event, this.failing?.because ?? 'others before it took too long.'));
    }
  }

  private stamp(event: PendingEvent): StampedEvent {
    this.newestStamp = Math.max(this.deps.clock.now(), this.newestStamp);
    const createdAt = instantFromMillis(this.newestStamp);
    const records = recordsOf(event, { ...event.envelope, createdAt });
    return { pending: event, createdAt, records, maybeVisible: false };
  }

  private async settle(batch: readonly StampedEvent[]): Promise<void> {
    const { slot, clock } = this.deps;
    let rest = batch;
    while (rest.length > 0) {
      const attempt = await slot.attempt(rest.flatMap((event) => event.records));
      if (attempt.kind === 'committed') {
        this.committed += 1;
        this.failing = undefined;
        for (const { pending, createdAt } of rest) pending.resolve(createdAt);
        return;
      }
      this.failing ??= { since: clock.now(), because: messageOf(attempt.error) };
      if (attempt.committing) rest = rest.map((event) => ({ ...event, maybeVisible: true }));
      if (isBatonError(attempt.error) && !attempt.error.retriable) {
        await this.settleApart(rest, attempt.error);
        return;
      }
      rest = rest.filter((event) => clock.now() < event.pending.deadline || this.fail(event, attempt.error));
    }
  }

  /** A failure that no retry mends may concern one event type only: the others go on by themselves. */
  private async settleApart(batch: readonly StampedEvent[], error: BatonError): Promise<void> {
    const types = [...new Set(batch.map(({ pending }) => pending.envelope.type))];
    if (types.length === 1) {
      for (const event of batch) this.fail(event, error);
      return;
    }
    for (const type of types)
      await this.settle(batch.filter(({ pending }) => pending.envelope.type === type));
  }

  private fail(event: StampedEvent, error: unknown): false {
    if (event.maybeVisible) this.unknown += 1;
    event.pending.reject(failureOf(event, error));
    return false;
  }
}

const takeBatch = (queue: PendingEvent[], maxEvents: number, maxBytes: number): PendingEvent[] => {
  let bytes = 0;
  let count = 0;
  for (const event of queue) {
    if (count > 0 && (count >= maxEvents || bytes + event.bytes > maxBytes)) break;
    bytes += event.bytes;
    count += 1;
  }
  return queue.splice(0, count);
};

/** The records of an event, one for each twin. */
export const recordsOf = (
  event: Pick<PendingEvent, 'key' | 'partition' | 'twins' | 'deprecations'>,
  envelope: Envelope,
): readonly OutgoingRecord[] =>
  event.twins.map((twin) => ({
    topic: twin.topic,
    partition: event.partition,
    key: event.key,
    value: twin.value,
    headers: toHeaders(withDeprecation(envelope, event.deprecations.get(twin.version)), twin.dataSchema),
    timestamp: envelope.createdAt,
  }));

const withDeprecation = (envelope: Envelope, deprecation: Deprecation | undefined): Envelope =>
  deprecation === undefined ? envelope : { ...envelope, deprecation };

const failureOf = (event: StampedEvent, error: unknown): BatonError => {
  if (!event.maybeVisible && isBatonError(error)) return error;
  if (!event.maybeVisible) return notPublished(event.pending, messageOf(error), error);
  const { id, source, type } = event.pending.envelope;
  return new BatonError(
    'outcome-unknown',
    `${type} ${id} was sent, but the broker did not confirm before the deadline: ${messageOf(error)} It may or may not be visible; look for the id before you publish it again.`,
    { details: { id, source, createdAt: event.createdAt }, cause: error },
  );
};

const notPublished = (
  { envelope: { id, source, type } }: PendingEvent,
  because: string,
  cause?: unknown,
): BatonError =>
  new BatonError(
    'broker-unavailable',
    `${type} ${id} was not published before its deadline: ${because} Nothing of it is visible; publish it again.`,
    { details: { id, source }, cause },
  );

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
