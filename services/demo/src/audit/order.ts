import type { AcknowledgedEvent, Effect } from './types';

/**
 * How many first handlings would have to move for every key to follow its publish order: for each key its handled
 * events less the longest run among them that is in order. Two neighbours swapped count 1, one event far too early
 * or too late counts 1. Only acknowledged events have a known place.
 */
export const countOutOfOrder = (
  acknowledged: readonly AcknowledgedEvent[],
  effects: readonly Effect[],
): number => {
  const places = publishPlaces(acknowledged);
  let count = 0;
  for (const ofKey of groupBy(effects, (effect) => effect.key).values()) {
    const handled = firstHandlings(mergeInstances(ofKey, places), places);
    count += handled.length - longestIncreasing(handled);
  }
  return count;
};

const publishPlaces = (acknowledged: readonly AcknowledgedEvent[]): ReadonlyMap<string, number> => {
  const places = new Map<string, number>();
  for (const [place, { id }] of acknowledged.entries()) {
    if (!places.has(id)) places.set(id, place);
  }
  return places;
};

/**
 * One order for the rows of all instances: inside an instance the sequence counts, between instances the clock. Rows
 * of two instances in the same millisecond are no evidence of disorder, so they stand in publish order.
 */
const mergeInstances = (
  effects: readonly Effect[],
  places: ReadonlyMap<string, number>,
): readonly Effect[] => {
  const queues = [...groupBy(effects, (effect) => effect.instance).values()].map((rows) =>
    [...rows].sort((a, b) => b.sequence - a.sequence),
  );
  const placeOf = (effect: Effect): number => places.get(effect.id) ?? -1;
  const merged: Effect[] = [];
  for (;;) {
    const heads = queues.flatMap((queue) => {
      const head = queue.at(-1);
      return head === undefined ? [] : [{ queue, head }];
    });
    const [first] = heads.sort((a, b) => a.head.at - b.head.at || placeOf(a.head) - placeOf(b.head));
    if (first === undefined) return merged;
    first.queue.pop();
    merged.push(first.head);
  }
};

const firstHandlings = (
  effects: readonly Effect[],
  places: ReadonlyMap<string, number>,
): readonly number[] => {
  const ids = new Set(effects.map(({ id }) => id));
  return [...ids].flatMap((id) => places.get(id) ?? []);
};

/** The length of the longest increasing subsequence, by the smallest last place of every length. */
export const longestIncreasing = (values: readonly number[]): number => {
  const lasts: number[] = [];
  for (const value of values) {
    const end = lasts.length;
    const last = lasts[end - 1];
    if (last === undefined || last < value) lasts.push(value);
    else lasts[firstAtLeast(lasts, value)] = value;
  }
  return lasts.length;
};

const firstAtLeast = (sorted: readonly number[], value: number): number => {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? value) < value) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Groups rows by a name, keeping their order. */
export const groupBy = <T>(
  rows: readonly T[],
  nameOf: (row: T) => string,
): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const name = nameOf(row);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return groups;
};
