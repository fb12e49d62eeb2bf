import type { ParkedBecause } from '../dead-letters/letter';
import type { Parking } from '../dead-letters/office';
import type { ConsumerStats } from './types';

/** Counts what a consumer did since its start. */
export class Tally {
  private readonly processedByTopic = new Map<string, number>();
  private readonly skippedByTopic = new Map<string, number>();
  stragglers = 0;
  holds = 0;
  failures = 0;
  rebalances = 0;
  restarts = 0;
  private readonly parkedBecause = new Map<ParkedBecause, number>();
  private ordersGivenUp = 0;

  processed(topic: string): void {
    this.processedByTopic.set(topic, (this.processedByTopic.get(topic) ?? 0) + 1);
  }

  skipped(topic: string): void {
    this.skippedByTopic.set(topic, (this.skippedByTopic.get(topic) ?? 0) + 1);
  }

  restarted(): void {
    this.restarts += 1;
  }

  parked({ because, laterEvents }: Parking, key: string | undefined): void {
    this.parkedBecause.set(because, (this.parkedBecause.get(because) ?? 0) + 1);
    if (laterEvents === 'go-on' && because !== 'unreadable' && key !== undefined) this.ordersGivenUp += 1;
  }

  snapshot(heldNow: number): ConsumerStats {
    const { stragglers, holds, failures, rebalances, restarts, ordersGivenUp } = this;
    return {
      processed: new Map(this.processedByTopic),
      skipped: new Map(this.skippedByTopic),
      stragglers,
      holds,
      heldNow,
      failures,
      rebalances,
      restarts,
      ordersGivenUp,
      parked: new Map(this.parkedBecause),
    };
  }
}
