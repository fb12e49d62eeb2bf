import type { Clock } from '@baton/messaging';

/** What the work comes to, or `late` if it takes longer; leaves no timer behind. */
export const waitWithin = <T>(clock: Clock, ms: number, work: Promise<T>): Promise<T | 'late'> =>
  new Promise((resolve, reject) => {
    const cancel = clock.after(Math.max(1, ms), () => resolve('late'));
    work.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
