import type { ConsumerStats } from './types';

/** Counts what a consumer did since its start. */
export class Tally {
  private readonly processedByTopic = new Map<string, number>();
  private readonly skippedByTopic = new Map<string, number>();
  stragglers = 0;
  holds = 0;
  failures = 0;
  rebalances = 0;

  processed(topic: string): void {
    this.processedByTopic.set(topic, (this.processedByTopic.get(topic) ?? 0) + 1);
  }

  skipped(topic: string): void {
    this.skippedByTopic.set(topic, (this.skippedByTopic.get(topic) ?? 0) + 1);
  }

  snapshot(heldNow: number): ConsumerStats {
    const { stragglers, holds, failures, rebalances } = this;
    return {
      processed: new Map(this.processedByTopic),
      skipped: new Map(this.skippedByTopic),
      stragglers,
      holds,
      heldNow,
      failures,
      rebalances,
    };
  }
}
