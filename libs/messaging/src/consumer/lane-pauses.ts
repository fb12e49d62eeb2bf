import type { Track } from './lane';
import { retryPauseMs } from './retry-pause';
import type { RunContext } from './run-context';

/** Stops and restarts the reading of single lanes; once its generation is over, it touches no partition any more. */
export class LanePauses {
  constructor(
    private readonly context: RunContext,
    private readonly isOver: () => boolean,
  ) {}

  pause(lane: Track, pause: NonNullable<Track['pause']>): void {
    if (this.isOver()) return;
    lane.pause = pause;
    this.context.member.pause([lane]);
  }

  resume(lane: Track): void {
    if (this.isOver()) return;
    lane.pause = undefined;
    this.context.member.resume([lane]);
  }

  /** Leaves the failed record where it is, and has its lane read again after a pause that grows with the failures. */
  retryLater(lane: Track, error: unknown): void {
    const { clock, random, logger, settings, tally, group } = this.context;
    const { topic, partition, position: offset } = lane;
    lane.failures += 1;
    tally.failures += 1;
    const pause = { kind: 'retry', error } as const;
    const pauseMs = retryPauseMs(lane.failures, { ...settings.retryMs, random });
    logger.warn(
      { group, topic, partition, offset, attempts: lane.failures, pauseMs, err: error },
      'event failed, trying again',
    );
    clock.after(pauseMs, () => {
      if (lane.pause === pause) this.resume(lane);
    });
    this.pause(lane, pause);
  }
}
