import type { Deprecation, EventType, Version } from '@baton/core';
import {
  type Clock,
  createTransactionSlot,
  delay,
  type Logger,
  type Tracing,
  type TransactionalProducer,
  type TransactionalProducerFactory,
  type TransactionOutcomes,
  type TransactionSlot,
} from '@baton/messaging';
import { messageOf } from '../database/failures';
import { AlarmBell } from './alarm-bell';
import { BatchSender, type Refusal, type StampedEvent, type Trouble } from './batch-sender';
import { type OutboxStore, type ReadOptions, type StampedSeq, versionName } from './outbox-store';
import type { Problem } from './parked';
import { type EncodedEvent, type PlanDeps, planBatch } from './plan-batch';
import type { StoredEvent } from './stored-event';

export interface RangeRunDeps extends Omit<PlanDeps, 'published'> {
  readonly range: number;
  readonly source: string;
  readonly transactionalId: string;
  readonly store: OutboxStore;
  readonly publishing: RangePublishing;
  readonly createProducer: TransactionalProducerFactory;
  /** Rejects unless this process still owns the range; asks the database. */
  readonly assertOwned: () => Promise<void>;
  readonly tracing?: Tracing | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: RangeLimits;
  readonly tally: RelayTally;
}

/** What is published at present. */
export interface RangePublishing {
  readonly eventTypes: () => readonly EventType[];
  readonly published: PlanDeps['published'];
  readonly deprecations: (eventType: string) => ReadonlyMap<Version, Deprecation>;
  /** Brings it up to date, after the database has refused one of these versions because it retires. */
  readonly refresh: (versions: readonly string[]) => Promise<void>;
}

export interface RangeLimits {
  readonly maxBatchEvents: number;
  readonly pollMs: number;
  /** How long an event type that the broker refuses is left alone. */
  readonly refusedPauseMs: number;
  readonly retryMs: number;
}

/** Counts of one relay since its start. */
export interface RelayTally {
  sent: number;
  parked: number;
  readonly outcomes: TransactionOutcomes;
}

/** The work on one range of keys, from taking it over until it is lost or given back. */
export class RangeRun {
  /** Never rejects. */
  readonly finished: Promise<void>;
  private readonly slot: TransactionSlot;
  private readonly sender: BatchSender;
  private readonly bell: AlarmBell;
  private state: 'going' | 'stopping' | 'lost' = 'going';
  /** Committed at the broker, not yet marked. */
  private sent: readonly string[] = [];
  private newest = 0;
  /** `stamped` whenever rows may be there that were attempted before. */
  private phase: 'stamped' | 'new' = 'stamped';
  /** When they are looked at again, however much is new: somebody may have mended what kept them waiting. */
  private nextStamped = 0;
  /** How rows of newer releases are read past: `apart` once nothing else was found. */
  private newer: ReadOptions['newer'] = 'together';
  private failing: Trouble | undefined;

  constructor(private readonly deps: RangeRunDeps) {
    const { transactionalId, clock, logger, publishing, limits, tally } = deps;
    this.bell = new AlarmBell(clock);
    const createProducer: TransactionalProducerFactory = (id) => this.connect(id);
    const { outcomes } = tally;
    this.slot = createTransactionSlot({ transactionalId, createProducer, clock, logger, outcomes });
    this.sender = new BatchSender({
      ...deps,
      slot: this.slot,
      deprecations: publishing.deprecations,
      committed: (events) => this.committed(events),
      park: (event, problem) => this.park(event, problem),
      goesOn: () => this.state === 'going',
      refusedPauseMs: limits.refusedPauseMs,
    });
    this.finished = this.run();
  }

  /** There may be something to do. */
  wake(): void {
    this.bell.ring();
  }

  /** Finishes what is in hand; once it resolves, the range may be given to somebody else. */
  stop(): Promise<void> {
    if (this.state === 'going') this.state = 'stopping';
    this.bell.ring();
    return this.finished;
  }

  /** The range may belong to somebody else already: nothing more is begun. */
  abandon(): void {
    this.state = 'lost';
    this.bell.ring();
  }

  /** Once it resolves, nothing that an earlier producer of this range left unfinished can take effect. */
  open(): Promise<void> {
    return this.slot.open();
  }

  isOver(): boolean {
    return this.state === 'lost';
  }

  trouble(): Trouble | undefined {
    return this.slot.rival() ?? this.sender.trouble() ?? this.failing;
  }

  refused(): ReadonlyMap<string, Refusal> {
    return this.sender.refused;
  }

  private async run(): Promise<void> {
    try {
      await this.takeOver();
      while (this.state === 'going') {
        const outcome = await this.cycle().catch((error: unknown) => this.failed(error));
        if (outcome === 'idle' && this.state === 'going') await this.bell.wait(this.deps.limits.pollMs);
      }
      if (this.state === 'stopping' && this.sent.length > 0) await this.read();
    } catch (error) {
      this.deps.logger.warn({ range: this.deps.range, err: error }, 'range of the outbox not left in order');
    } finally {
      await this.slot.close();
    }
  }

  /** Fences the owner before, then waits until no stamp of this process can be earlier than one of that owner. */
  private async takeOver(): Promise<void> {
    const { store, range, clock, logger } = this.deps;
    while (this.state === 'going') {
      try {
        await this.slot.open();
        this.newest = await store.newestStamp(range);
        const waitMs = this.newest - clock.now() + 1;
        if (waitMs > 1) {
          logger.info({ range, waitMs }, 'waiting for the clock of the owner before');
          this.note(`Range ${range} waits ${waitMs} ms until the clock has passed the newest stamp.`);
        }
        while (this.state === 'going' && clock.now() <= this.newest) {
          await this.bell.wait(this.newest - clock.now() + 1);
        }
        return;
      } catch (error) {
        await this.failed(error);
      }
    }
  }

  /**
   * A producer is used only if the range is still owned after it has fenced all others: whoever takes the range over
   * later makes a producer of its own, and fences this one before it reads a row.
   */
  private async connect(transactionalId: string): Promise<TransactionalProducer> {
    const producer = await this.deps.createProducer(transactionalId);
    try {
      await this.deps.assertOwned();
      return producer;
    } catch (error) {
      this.abandon();
      await producer.close();
      throw error;
    }
  }

  /** Whatever failed, it may have taken effect: what the database knows counts from here on. */
  private async failed(error: unknown): Promise<'failed'> {
    const { clock, logger, range, limits } = this.deps;
    this.note(messageOf(error));
    this.phase = 'stamped';
    if (this.state !== 'going') return 'failed';
    logger.warn({ range, err: error }, 'outbox cannot be worked on at present, trying again');
    await delay(clock, limits.retryMs);
    return 'failed';
  }

  private note(because: string): void {
    this.failing ??= { since: this.deps.clock.now(), because };
  }

  /** One turn: mark what was sent, read what comes next, stamp it, send it. */
  private async cycle(): Promise<'worked' | 'idle'> {
    const events = await this.read();
    const { publishing } = this.deps;
    const plan = planBatch(events, { ...this.deps, published: publishing.published });
    for (const { event, problem } of plan.park) await this.park(event, problem);
    if (plan.send.length + plan.park.length === 0) {
      this.failing = undefined;
      return this.nextRead(events.length > 0);
    }
    const stamped = await this.stamp(plan.send);
    if (stamped.length > 0 || plan.send.length === 0) this.failing = undefined;
    if ((await this.sender.send(stamped)) !== 'committed') this.phase = 'stamped';
    return 'worked';
  }

  /** Nothing can be sent: behind what only newer releases can send there may be more; then what is new has its turn. */
  private nextRead(foundSome: boolean): 'worked' | 'idle' {
    this.newer = foundSome && this.newer === 'together' ? 'apart' : 'together';
    if (this.newer === 'apart') return 'worked';
    if (this.phase === 'new') return 'idle';
    this.phase = 'new';
    this.nextStamped = this.deps.clock.elapsed() + this.deps.limits.pollMs;
    return 'worked';
  }

  private async read(): Promise<readonly StoredEvent[]> {
    const { store, range, limits, maxBatchBytes, publishing } = this.deps;
    this.forgive();
    const { sent } = this;
    const events = await store.read(range, {
      phase: this.phase,
      newer: this.newer,
      eventTypes: publishing.eventTypes().filter(({ name }) => !this.sender.refused.has(name)),
      maxEvents: limits.maxBatchEvents,
      maxBytes: maxBatchBytes,
      sent,
    });
    this.sent = [];
    return events;
  }

  /** Event types that were refused some time ago are tried again, what was stamped first, and that from time to time. */
  private forgive(): void {
    const now = this.deps.clock.elapsed();
    if (now >= this.nextStamped) this.phase = 'stamped';
    for (const [eventType, { until }] of this.sender.refused) {
      if (now < until) continue;
      this.sender.refused.delete(eventType);
      this.phase = 'stamped';
    }
  }

  /** Stores what every attempt has in common, before the first one. What has a stamp keeps it. */
  private async stamp(events: readonly EncodedEvent[]): Promise<readonly StampedEvent[]> {
    const { store, range, clock, publishing, limits } = this.deps;
    if (this.phase === 'stamped') return events.flatMap(stampedBefore);
    if (events.length === 0) return [];
    const createdAt = Math.max(clock.now(), this.newest);
    const rows = events.map(
      ({ event: { seq }, partition, published }): StampedSeq => ({ seq, createdAt, partition, published }),
    );
    const versions = new Set(
      events.flatMap(({ event, published }) => published.map((v) => versionName(event.eventType, v))),
    );
    if ((await store.stamp(range, rows, [...versions])) === 'retired') {
      this.note(`One of ${[...versions].join(', ')} retires, and this relay has not heard of it.`);
      await publishing.refresh([...versions]);
      await delay(clock, limits.retryMs);
      return [];
    }
    this.newest = createdAt;
    return events.map((each) => ({ ...each, createdAt }));
  }

  private committed(events: readonly StampedEvent[]): void {
    const { tally } = this.deps;
    tally.sent += events.length;
    this.sent = [...this.sent, ...events.map(({ event }) => event.seq)];
  }

  private async park(event: StoredEvent, problem: Problem): Promise<void> {
    const { store, tally, logger } = this.deps;
    await store.park(event.seq, problem);
    tally.parked += 1;
    const { id, eventType, key } = event;
    logger.error({ id, eventType, key, ...problem }, 'event parked in the outbox');
  }
}

const stampedBefore = (each: EncodedEvent): readonly StampedEvent[] =>
  each.event.stamp === undefined ? [] : [{ ...each, createdAt: each.event.stamp.createdAt }];
