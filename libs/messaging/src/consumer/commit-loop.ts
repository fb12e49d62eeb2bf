import { followerMark, withDone } from '../bindings/commit-marks';
import { type Lane, lowWater, type Track } from './lane';
import type { RunContext } from './run-context';

/** Commits what a generation has passed: at intervals, and at once when asked. Only in its own generation. */
export class CommitLoop {
  private chain: Promise<void> = Promise.resolve();
  private cancelTimer: (() => void) | undefined;
  private state: 'going' | 'stopped' = 'going';

  constructor(
    private readonly context: RunContext,
    private readonly generationId: number,
    private readonly tracks: () => readonly Track[],
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
    const [at, madeAt] = [clock.now(), clock.elapsed()];
    const dirty = this.tracks()
      .map((track) => ({ track, offset: lowWater(track), version: track.waiting.version }))
      .filter(
        ({ track, offset, version }) =>
          offset !== track.committed || version !== track.committedVersion || this.isStale(track, madeAt),
      );
    if (dirty.length === 0) return;
    try {
      await member.commit(
        this.generationId,
        dirty.map(({ track, offset }) => this.offsetOf(track, offset, at)),
      );
    } catch (error) {
      logger.debug({ group, err: error }, 'commit failed, trying again at the next one');
      return;
    }
    for (const { track, offset, version } of dirty) {
      track.committed = offset;
      track.committedAt = madeAt;
      track.committedVersion = version;
    }
    this.afterCommit();
  }

  /** A commit that tells the time must be renewed where nothing happens too: who comes after goes by it. */
  private isStale(track: Track, now: number): boolean {
    const { bindings, settings } = this.context;
    return bindings.commitMetadata !== undefined && now - track.committedAt >= settings.leaseMs / 3;
  }

  private offsetOf(track: Track, offset: number, at: number) {
    const { bindings } = this.context;
    const { topic, partition, waiting } = track;
    const metadata =
      (isLane(track)
        ? bindings.commitMetadata?.write(track.subscription.eventType.name, at, track.newestPassed)
        : undefined) ?? followerMark(bindings.agreement.key);
    return { topic, partition, offset, metadata: withDone(metadata, offset, waiting.done()) };
  }
}

const isLane = (track: Track): track is Lane => 'subscription' in track;
