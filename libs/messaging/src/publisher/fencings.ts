import { isBatonError } from '@baton/core';
import { doublingMs } from '../doubling';
import type { Clock, Logger } from '../ports/runtime';

const withinMs = 60_000;
const tooMany = 3;
const pauseMs = { first: 50, longest: 1_000 } as const;

/** A second process that takes the transactional id over, again and again. */
export interface Rival {
  readonly since: number;
  readonly because: string;
}

/**
 * Watches how often a transactional id is taken over by somebody else. Once is a restart; three times within a
 * minute, two processes have one name and keep each other from publishing.
 */
export class Fencings {
  private times: readonly number[] = [];
  private saidAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly deps: {
      readonly transactionalId: string;
      readonly clock: Clock;
      readonly logger: Logger;
    },
  ) {}

  /** Notes a failed attempt, and says how long to wait before the next: longer each time, so that both get through. */
  failed(error: unknown): number {
    if (!isBatonError(error, 'producer-fenced')) return pauseMs.first;
    const { transactionalId, clock, logger } = this.deps;
    const now = clock.now();
    this.times = [...this.recent(), now];
    const rival = this.rival();
    if (rival !== undefined && now >= this.saidAt + withinMs) {
      this.saidAt = now;
      logger.error({ transactionalId, times: this.times.length, err: error }, rival.because);
    }
    return doublingMs(this.times.length, pauseMs);
  }

  rival(): Rival | undefined {
    const recent = this.recent();
    const [since] = recent;
    if (since === undefined || recent.length < tooMany) return undefined;
    return {
      since,
      because: `Transactional id "${this.deps.transactionalId}" is taken over again and again: another process seems to use this instance name. Give every living process a name of its own.`,
    };
  }

  private recent(): readonly number[] {
    const now = this.deps.clock.now();
    return this.times.filter((at) => now - at < withinMs);
  }
}
