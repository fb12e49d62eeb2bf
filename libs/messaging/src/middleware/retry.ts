import { retryPauseMs, usualJitter } from '../consumer/retry-pause';
import type { Middleware } from '../consumer/types';
import { type Random, systemRandom } from '../ports/runtime';
import { directiveOf, withDirective } from '../supervision/directive';

export interface RetryOptions {
  /** How often an event is tried in all. */
  readonly attempts: number;
  /** The pause after the first failure, which doubles with each further one. */
  readonly firstMs?: number;
  readonly longestMs?: number;
  /** The share of each pause that is left to chance, from 0 to 1, so that many do not come back at one moment. */
  readonly jitter?: number;
  /** The chance of this process if left out. */
  readonly random?: Random;
  /** Which errors are worth another try; all of them if left out. */
  readonly when?: (error: unknown) => boolean;
}

/**
 * Has a failed event tried again after a growing pause. The pause is the consumer's: later events of the same key wait,
 * other keys go on. After the last try the error goes to the middleware outside of this one.
 */
export const retry =
  ({
    attempts,
    firstMs = 100,
    longestMs = 30_000,
    jitter = usualJitter,
    random = systemRandom,
    when = () => true,
  }: RetryOptions): Middleware =>
  (next) =>
  async (event, context) => {
    try {
      await next(event, context);
    } catch (error) {
      if (directiveOf(error) !== undefined || context.attempt >= attempts || !when(error)) throw error;
      const afterMs = retryPauseMs(context.attempt, { first: firstMs, longest: longestMs, jitter, random });
      throw withDirective(error, { kind: 'retry', afterMs });
    }
  };
