import { followerMark } from '../bindings/commit-marks';
import type { Lane } from './lane';
import type { Lanes } from './lanes';
import type { RunContext } from './run-context';

/** Commits what a generation has passed: at intervals, and at once when asked. Only in its own generation. */
export class CommitLoop {
  private chain: Promise<void> = Promise.resolve();
  private cancelTimer: (() => void) | undefined;
  private state: 'going' | 'stopped' = 'going';

  constructor(
    private readonly context: RunContext,
    private readonly generationId: number,
    private readonly lanes: () => Lanes,
    private readonly afterCommit: () => void,
  ) {}

  /** Commits the starting positions at once, so that an empty partition has evidence too; then at intervals. */
  start(): void {
    void this.now();
    this.schedule();
  }

  stop(): void {
    this.state = 'stopped';
    this.cancelTimer?.();
  }

  /** Resolves once everything passed before the call is committed, or the attempt has failed. */
  now(): Promise<void> {
    this.chain = this.chain.then(() => this.commit());
    return this.chain;
  }

  private schedule(): void {
    const { clock, settings } = this.context;
    this.cancelTimer = clock.after(settings.commitIntervalMs, () => {
      if (this.state === 'stopped') return;
      void this.now().then(() => {
        if (this.state === 'going') this.schedule();
      });
    });
  }

  private async commit(): Promise<void> {
    if (this.state === 'stopped') return;
    const { member, logger, group, clock } = this.context;
    const at = clock.now();
    const dirty = [...this.lanes().all()]
      .filter((lane) => lane.position !== lane.committed || this.isStale(lane, at))
      .map((lane) => ({ lane, offset: lane.position }));
    if (dirty.length === 0) return;
    try {
      await member.commit(
        this.generationId,
        dirty.map(({ lane, offset }) => this.offsetOf(lane, offset, at)),
      );
    } catch (error) {
      logger.debug({ group, err: error }, 'commit failed, trying again at the next one');
      return;
    }
    for (const { lane, offset } of dirty) {
      lane.committed = offset;
      lane.committedAt = at;
    }
    this.afterCommit();
  }

  /** A commit that tells the time must be renewed where nothing happens too: who comes after goes by it. */
  private isStale(lane: Lane, now: number): boolean {
    const { bindings, settings } = this.context;
    return bindings.commitMetadata !== undefined && now - lane.committedAt >= settings.leaseMs / 3;
  }

  private offsetOf(lane: Lane, offset: number, at: number) {
    const { bindings } = this.context;
    const { topic, partition, newestPassed, subscription } = lane;
    const metadata =
      bindings.commitMetadata?.write(subscription.eventType.name, at, newestPassed) ??
      followerMark(bindings.agreement.key);
    return { topic, partition, offset, metadata };
  }
}
