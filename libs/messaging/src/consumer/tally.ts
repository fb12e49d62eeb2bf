import type { ParkedBecause } from '../dead-letters/letter';
import type { Parking } from '../dead-letters/office';
import type { TopicPartition } from '../ports/records';
import { Durations, type Spread } from './spread';
import type { ConsumerStats } from './types';

/** What is not counted, but is as it is when somebody asks. */
export type Standing = Pick<ConsumerStats, 'heldNow' | 'openLetters' | 'progress'>;

/** A partition that can be held. */
type Held = TopicPartition & { readonly eventType: string };

/** Counts what a consumer did since its start. */
export class Tally {
  private readonly processedByTopic = new Map<string, number>();
  private readonly skippedByTopic = new Map<string, number>();
  private readonly parkedByTopic = new Map<string, number>();
  private readonly handledByTopic = new Map<string, { done: Durations; failed: Durations }>();
  private readonly heldByType = new Map<string, Durations>();
  private readonly heldSince = new WeakMap<Held, number>();
  stragglers = 0;
  failures = 0;
  rebalances = 0;
  restarts = 0;
  private holds = 0;
  private readonly parkedBecause = new Map<ParkedBecause, number>();
  private ordersGivenUp = 0;

  processed(topic: string): void {
    count(this.processedByTopic, topic);
  }

  skipped(topic: string): void {
    count(this.skippedByTopic, topic);
  }

  /** A try of a handler has ended. */
  handled(topic: string, outcome: 'done' | 'failed', ms: number): void {
    const known = this.handledByTopic.get(topic) ?? { done: new Durations(), failed: new Durations() };
    this.handledByTopic.set(topic, known);
    known[outcome].add(ms);
  }

  /** `now` is elapsed time of the clock, here and below. */
  holdBegins(lane: Held, now: number): void {
    this.holds += 1;
    this.heldSince.set(lane, now);
  }

  holdEnds(lane: Held, now: number): void {
    const known = this.heldByType.get(lane.eventType) ?? new Durations();
    this.heldByType.set(lane.eventType, known);
    known.add(now - (this.heldSince.get(lane) ?? now));
  }

  restarted(): void {
    this.restarts += 1;
  }

  /** `topic` is that of the version that was responsible. */
  parked(topic: string, { because, laterEvents }: Parking, key: string | undefined): void {
    count(this.parkedByTopic, topic);
    count(this.parkedBecause, because);
    if (laterEvents === 'go-on' && because !== 'unreadable' && key !== undefined) this.ordersGivenUp += 1;
  }

  snapshot(standing: Standing): ConsumerStats {
    const { stragglers, holds, failures, rebalances, restarts, ordersGivenUp } = this;
    return {
      processed: new Map(this.processedByTopic),
      skipped: new Map(this.skippedByTopic),
      stragglers,
      holds,
      failures,
      rebalances,
      restarts,
      ordersGivenUp,
      parked: new Map(this.parkedBecause),
      parkedByTopic: new Map(this.parkedByTopic),
      handlerTimes: spreadsOf(this.handledByTopic, ({ done, failed }) => ({
        done: done.spread(),
        failed: failed.spread(),
      })),
      holdTimes: spreadsOf<Durations, Spread>(this.heldByType, (durations) => durations.spread()),
      ...standing,
    };
  }
}

const count = <K>(counts: Map<K, number>, name: K): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1);
};

const spreadsOf = <A, B>(durations: ReadonlyMap<string, A>, read: (of: A) => B): ReadonlyMap<string, B> =>
  new Map([...durations].map(([name, of]) => [name, read(of)]));
