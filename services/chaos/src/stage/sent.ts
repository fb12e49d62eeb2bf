import { type Clock, delay } from '@baton/messaging';
import type { PartDatabase } from './part-database';

/** Waits until the outbox is empty, or the time is over; the audit finds what is left. */
export const untilSent = async (
  database: PartDatabase | undefined,
  { clock, limitMs }: { clock: Clock; limitMs: number },
): Promise<void> => {
  if (database === undefined) return;
  const deadline = clock.now() + limitMs;
  while ((await database.unsent()) > 0 && clock.now() < deadline) await delay(clock, 300);
};
