import type { Clock } from '@baton/messaging';

export interface RestartPolicy {
  /** Whether to start again after this crash. */
  allow(): boolean;
  /** A start has led to a membership. */
  joined(): void;
}

/** Gives up after too many crashes in a short time, or too long without any membership: then a supervisor is better. */
export const createRestartPolicy = (
  clock: Clock,
  { crashes = 20, withinMs = 120_000, awayMs = 300_000 } = {},
): RestartPolicy => {
  let recent: number[] = [];
  let lastJoined = clock.now();
  return {
    allow: () => {
      const now = clock.now();
      recent = [...recent.filter((at) => now - at < withinMs), now];
      return recent.length <= crashes && now - lastJoined <= awayMs;
    },
    joined: () => {
      lastJoined = clock.now();
    },
  };
};
