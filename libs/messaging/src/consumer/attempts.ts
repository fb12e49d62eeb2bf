import { BatonError, isBatonError } from '@baton/core';
import type { Parking } from '../dead-letters/office';
import { ownError } from '../supervision/directive';
import { type Delivery, readAt } from './delivery';
import type { Track } from './lane';
import { retryPauseMs } from './retry-pause';
import type { RunContext } from './run-context';
import { decodeDelivery, type Given, runHandler } from './run-handler';
import type { BlockedPartition } from './types';

/** What one try came to. */
export type Outcome =
  | { readonly kind: 'done' }
  /** The generation is over: the event comes again. */
  | { readonly kind: 'over' }
  /** To be tried again; perhaps nothing has failed. `blocks` says who waits meanwhile. */
  | {
      readonly kind: 'later';
      readonly blocks: 'key' | 'track';
      readonly pauseMs: number;
      readonly failed?: { readonly what: 'handler' | 'reading'; readonly error: unknown };
    }
  | { readonly kind: 'park'; readonly parking: Parking }
  /** Supervision has stopped the subscription. */
  | { readonly kind: 'stopped' };

interface AttemptDeps {
  readonly context: RunContext;
  /** Aborted when the generation is over. */
  readonly signal: AbortSignal;
  readonly isOver: () => boolean;
  /** Whether a try may begin now. */
  readonly mayGoOn: (track: Track) => boolean;
}

/** How long to wait where nothing has failed. */
export const idleMs = 50;
const replayLookMs = 100;
const overdueMs = 60_000;

/** Single tries to bring an event to its handler, and what each of them came to. */
export class Attempts {
  private readonly running = new Map<Delivery, number>();

  constructor(private readonly deps: AttemptDeps) {}

  /** The tries that have run for suspiciously long: a handler without a deadline may hang for ever. */
  overdue(): readonly BlockedPartition[] {
    const now = this.deps.context.clock.elapsed();
    return [...this.running]
      .filter(([, since]) => now - since >= overdueMs)
      .map(([{ track, record, failures }, since]) => ({
        topic: track.topic,
        partition: track.partition,
        offset: record.offset,
        attempts: failures + 1,
        code: 'handler-timed-out',
        because: `The handler has run for ${Math.round((now - since) / 1_000)} s. Give it a deadline.`,
      }));
  }

  attempt(delivery: Delivery): Outcome | Promise<Outcome> {
    const { context, isOver } = this.deps;
    const { envelope } = delivery;
    if (context.supervisor.isStopped(delivery)) return whileStopped(delivery);
    const before = this.whatComesBefore(delivery);
    if (before !== undefined) return before;
    if (envelope === undefined) return { kind: 'done' };
    const refuse = (error: unknown): Outcome =>
      isOver() ? { kind: 'over' } : this.unreadable(delivery, error);
    let data: unknown;
    try {
      const known = context.unknownSchemas.known(delivery.record.value);
      if (known !== undefined) throw known;
      data = decodeDelivery(context, delivery);
    } catch (error) {
      return refuse(error);
    }
    if (!(data instanceof Promise)) return this.handleRead(delivery, { envelope, data });
    return data.then((late) => this.handleRead(delivery, { envelope, data: late }), refuse);
  }

  private handleRead(delivery: Delivery, read: Omit<Given, 'signal'>): Outcome | Promise<Outcome> {
    const { context, isOver, mayGoOn, signal } = this.deps;
    context.unknownSchemas.learned(delivery.record.value);
    if (!mayGoOn(delivery.track)) return isOver() ? { kind: 'over' } : wait(idleMs, 'track');
    return this.handle(delivery, { ...read, signal });
  }

  /** A parked event of the same key, or one that is being replayed, comes first. */
  private whatComesBefore(delivery: Delivery): Outcome | undefined {
    const { track, key, queue, replayed } = delivery;
    const office = this.deps.context.deadLetters;
    if (office === undefined || key === undefined) return undefined;
    const partition = office.partitionFor(track.partition);
    const follow: Outcome = { kind: 'park', parking: { because: 'follows', laterEvents: 'follow' } };
    if (office.keys.holds(partition, queue, readAt(delivery))) return { kind: 'done' };
    if (replayed !== undefined) {
      return office.keys.hasBefore(partition, queue, replayed.order) ? follow : undefined;
    }
    switch (office.keys.stateOf(partition, queue)) {
      case 'free':
        return undefined;
      case 'parked':
        return follow;
      case 'replaying':
        return wait(replayLookMs, 'key');
    }
  }

  private async handle(delivery: Delivery, given: Given): Promise<Outcome> {
    const { context, isOver } = this.deps;
    const since = context.clock.elapsed();
    let outcome: 'done' | 'failed' = 'failed';
    this.running.set(delivery, since);
    try {
      await runHandler(context, delivery, given);
      outcome = 'done';
    } catch (error) {
      return isOver() ? { kind: 'over' } : this.failed(delivery, error);
    } finally {
      this.running.delete(delivery);
      context.tally.handled(delivery.topic, outcome, context.clock.elapsed() - since);
    }
    if (isOver()) return { kind: 'over' };
    this.count(delivery);
    return { kind: 'done' };
  }

  /** Whatever goes wrong here, the event is handled. */
  private count({ subscription, version, topic }: Delivery): void {
    const { tally, deprecations, logger, group } = this.deps.context;
    const { name } = subscription.eventType;
    tally.processed(topic);
    try {
      deprecations.processed(name, version);
    } catch (error) {
      logger.error({ group, eventType: name, version, err: error }, 'deprecation not told');
    }
  }

  /** What supervision makes of a failed handler. */
  private async failed(delivery: Delivery, error: unknown): Promise<Outcome> {
    const { supervisor, deadLetters } = this.deps.context;
    const directive = await supervisor.decide(delivery, error);
    const thrown = ownError(error) ?? nothingThrown(error);
    switch (directive.kind) {
      case 'retry':
        return {
          kind: 'later',
          blocks: 'key',
          pauseMs: directive.afterMs,
          failed: { what: 'handler', error: thrown },
        };
      case 'park':
        delivery.failures += 1;
        this.deps.context.tally.failures += 1;
        return {
          kind: 'park',
          parking: {
            because: 'failed',
            error: thrown,
            laterEvents: directive.laterEvents ?? deadLetters?.laterEvents() ?? 'follow',
          },
        };
      case 'stopped':
        return { kind: 'stopped' };
    }
  }

  /** Nobody can read it, or nobody can tell at present: a registry that is down is no reason to park anything. */
  private unreadable(delivery: Delivery, error: unknown): Outcome {
    const { deadLetters, settings, random, unknownSchemas } = this.deps.context;
    const pauseMs = retryPauseMs(delivery.unread + 1, { ...settings.retryMs, random });
    const later = (blocks: 'key' | 'track'): Outcome => ({
      kind: 'later',
      blocks,
      pauseMs,
      failed: { what: 'reading', error },
    });
    if (deadLetters === undefined) return later('track');
    const parking = { because: 'unreadable', error, laterEvents: deadLetters.laterEvents() } as const;
    if (isBatonError(error, 'unknown-schema-id')) {
      return unknownSchemas.refused(delivery.record.value, error) === 'final'
        ? { kind: 'park', parking }
        : later('key');
    }
    return isForGood(error) ? { kind: 'park', parking } : later('track');
  }
}

/** What came back is parked again: waiting on the retry topic, it would keep other event types from theirs. */
const whileStopped = ({ replayed, subscription }: Delivery): Outcome => {
  if (replayed === undefined) return { kind: 'stopped' };
  const error = new BatonError(
    'handler-failed',
    `Expected a handler of ${subscription.eventType.name}, but supervision has stopped it. Start the consumer anew, then replay the event again.`,
  );
  return { kind: 'park', parking: { because: 'failed', error, laterEvents: 'follow' } };
};

/** Nothing failed, but it has to wait. */
export const wait = (pauseMs: number, blocks: 'key' | 'track'): Outcome => ({
  kind: 'later',
  blocks,
  pauseMs,
});

/** Whether no later try could read it; whatever is no error of ours came out of decoding the bytes. */
const isForGood = (error: unknown): boolean =>
  !isBatonError(error) ||
  ['undecodable-message', 'malformed-headers', 'missing-handler'].includes(error.code);

const nothingThrown = (cause: unknown): BatonError =>
  new BatonError('handler-failed', 'The handler threw nothing: neither an error nor any other value.', {
    cause,
  });
