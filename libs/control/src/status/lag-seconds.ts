import type { LogOffsets } from '@baton/messaging';

const longestMs = 365 * 86_400_000;
const refinements = 4;

/**
 * How old the oldest unread record of a topic is, in seconds, to about a tenth; 0 if nothing is unread, `undefined`
 * where an offset is missing. It is found by asking which offset a point in time has: first twice as far back each
 * time, then between.
 */
export const lagSeconds = async (
  offsets: Pick<LogOffsets, 'firstStampedFrom'>,
  topic: string,
  {
    committed,
    ends,
    now,
  }: { committed: readonly (number | undefined)[]; ends: readonly number[]; now: number },
): Promise<number | undefined> => {
  if (ends.length === 0 || ends.some((_, partition) => committed[partition] === undefined)) return undefined;
  const behind = ends.flatMap((end, partition) => {
    const own = committed[partition] ?? end;
    return own < end ? [{ partition, own, end }] : [];
  });
  if (behind.length === 0) return 0;
  /** Whether every unread record is younger than this. */
  const younger = async (age: number): Promise<boolean> => {
    const first = await offsets.firstStampedFrom(topic, Math.max(0, Math.floor(now - age)));
    return behind.every(({ partition, own, end }) => own >= (first[partition] ?? end));
  };
  let [low, high] = [0, 1000];
  while (high < longestMs && !(await younger(high))) [low, high] = [high, high * 2];
  for (let step = 0; step < refinements; step += 1) {
    const middle = (low + high) / 2;
    if (await younger(middle)) high = middle;
    else low = middle;
  }
  return Math.round(high / 100) / 10;
};
