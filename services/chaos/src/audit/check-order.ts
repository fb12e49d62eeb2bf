import { groupBy, longestIncreasing } from '@baton/demo';
import type { Handling } from './check-handlings';
import { eventTypeOf } from './check-handlings';
import type { Violation } from './types';

/** A note says who published the event as which one: `instance/incarnation/number`. */
export const placeOfNote = (note: string): { readonly publisher: string; readonly place: number } => {
  const [publisher = '', incarnation = '0', number = '0'] = note.split('/');
  return { publisher, place: Number(incarnation) * 1_000_000_000 + Number(number) };
};

/**
 * For each group, event type, key and publisher the first handlings follow the order of publishing, and the last
 * effect is that of the newest event. Times are of one clock.
 */
export const checkOrder = (handlings: readonly Handling[]): readonly Violation[] => {
  const began = handlings
    .filter(({ kind, note }) => kind === 'handler-began' && note.includes('/'))
    .sort((a, b) => a.t - b.t);
  const streams = groupBy(
    began,
    ({ group, topic, key, note }) => `${group} ${eventTypeOf(topic)} ${key} ${placeOfNote(note).publisher}`,
  );
  return [...streams].flatMap(([name, calls]) => [...outOfOrder(name, calls), ...stale(name, calls)]);
};

const outOfOrder = (name: string, calls: readonly Handling[]): readonly Violation[] => {
  const places = [...new Set(calls.map(({ note }) => placeOfNote(note).place))];
  const moved = places.length - longestIncreasing(places);
  if (moved === 0) return [];
  const at = places.findIndex((place, i) => place < (places[i - 1] ?? 0));
  const [late] = calls.filter(({ note }) => placeOfNote(note).place === places[at]);
  const [early] = calls.filter(({ note }) => placeOfNote(note).place === places[at - 1]);
  const text = `${name}: ${describe(late)} was first handled after ${describe(early)}`;
  return Array.from({ length: moved }, () => ({ class: 'out-of-order', check: 'publish-order', text }));
};

const stale = (name: string, calls: readonly Handling[]): readonly Violation[] => {
  const last = calls.at(-1);
  const newest = Math.max(...calls.map(({ note }) => placeOfNote(note).place));
  if (last === undefined || placeOfNote(last.note).place === newest) return [];
  const text = `${name}: the last effect is that of ${describe(last)}, not of the newest event`;
  return [{ class: 'out-of-order', check: 'last-effect-is-newest', text }];
};

const describe = (call: Handling | undefined): string =>
  call === undefined
    ? 'nothing'
    : `${call.note} (v${call.version} ${call.topic}/${call.partition}@${call.offset})`;
