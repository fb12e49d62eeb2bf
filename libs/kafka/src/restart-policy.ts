import type { Clock } from '@baton/messaging';

export interface RestartPolicy {
  /** Whether to start again after this crash. */
  allow(): boolean;
  /** A start has led to a membership. */
  joined(): void;
}

/**
 * Gives up after too many memberships lost in a short time, or too long without any: then a supervisor is better.
 * Starts that fail while brokers are away are not counted, only timed: kafkajs makes ten of them a second.
 */
export const createRestartPolicy = (
  clock: Pick<Clock, 'elapsed'>,
  { crashes = 20, withinMs = 120_000, awayMs = 300_000 } = {},
): RestartPolicy => {
  let lost: readonly number[] = [];
  let awaySince: number | undefined;
  return {
    allow: () => {
      const now = clock.elapsed();
      if (awaySince === undefined) {
        awaySince = now;
        lost = [...lost.filter((at) => now - at < withinMs), now];
      }
      return lost.length <= crashes && now - awaySince <= awayMs;
    },
    joined: () => {
      awaySince = undefined;
    },
  };
};
