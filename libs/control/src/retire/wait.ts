import type { Clock } from '@baton/messaging';
import type { ControlFollower } from '../log/follow-log';

/** Resolves at the next entry after the first `seen` ones, or after `ms`. */
export const entryOrTimeout = (
  follower: ControlFollower,
  clock: Clock,
  { seen, ms }: { seen: number; ms: number },
): Promise<void> =>
  new Promise((resolve) => {
    if (follower.state().entries !== seen) return resolve();
    const done = (): void => {
      stop();
      cancel();
      resolve();
    };
    const stop = follower.onEntry(done);
    const cancel = clock.after(ms, done);
  });
