import { doublingMs } from '../doubling';
import type { Random } from '../ports/runtime';

/** The share of each pause that is left to chance, from 0 to 1, unless somebody says otherwise. */
export const usualJitter = 0.2;

/** How pauses between tries grow, and what of them is left to chance. */
export interface RetryPauses {
  /** In milliseconds: the pause after the first failure, which doubles with each further one, up to the longest. */
  readonly first: number;
  readonly longest: number;
  readonly jitter?: number;
  readonly random: Random;
}

/**
 * How long to wait after so many failures. A part of each pause is left to chance, so that many who failed at one moment,
 * all members after an outage, do not come back at one moment.
 */
export const retryPauseMs = (
  failures: number,
  { first, longest, jitter = usualJitter, random }: RetryPauses,
): number => Math.round(doublingMs(failures, { first, longest }) * (1 - jitter * random()));
