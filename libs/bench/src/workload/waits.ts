import type { Loan } from './loan';
import { nowMicros, pause } from './open-loop';

interface Wait {
  /** When the loan was to be published, in microseconds since 1970. */
  readonly at: number;
  readonly version: 1 | 2;
  readonly ms: number;
}

/** How long loans waited from the time that was scheduled for them until their handler had them. */
export interface Waits {
  /** To be called by handlers. A loan without a time does not count. */
  readonly handled: (loan: Pick<Loan, 'scheduledAt'>, version: 1 | 2) => Promise<void>;
  /** Resolves once at least so many were handled. */
  untilHandled(count: number): Promise<void>;
  count(): number;
  /** Waits in milliseconds of those that fit. */
  where(fits: (wait: Wait) => boolean): readonly number[];
}

/** Takes down the waits of one run. */
export const createWaits = (): Waits => {
  const waits: Wait[] = [];
  return {
    handled: async ({ scheduledAt: at }, version) => {
      if (at > 0) waits.push({ at, version, ms: (nowMicros() - at) / 1_000 });
    },
    untilHandled: async (count) => {
      while (waits.length < count) await pause(2);
    },
    count: () => waits.length,
    where: (fits) => waits.filter(fits).map(({ ms }) => ms),
  };
};
