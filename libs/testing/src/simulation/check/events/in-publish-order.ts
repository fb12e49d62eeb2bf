import type { Violation } from '../../history';
import { never, type View } from '../facts/types';
import { eventName, type Property, recordName, violation } from '../property';
import { orderIsPromised, type StreamEvent, streamsOf } from './streams';

/** Promise 3: the first handlings per key and publisher follow the order of publishing, and the last effect of each key is its newest event. */
export const inPublishOrder: Property = ({ views }) => {
  const found: Violation[] = [];
  for (const view of views) {
    for (const stream of streamsOf(view)) {
      found.push(...firstOutOfOrder(view, stream));
      const last = lastEffect(view, stream);
      if (last !== undefined) found.push(last);
    }
  }
  return found;
};

/** From the newest event backwards: whatever began earlier than an event before it took effect is out of order. */
const firstOutOfOrder = (view: View, stream: readonly StreamEvent[]): readonly Violation[] => {
  const found: Violation[] = [];
  let earliestLater = never;
  for (let i = stream.length - 1; i >= 0; i -= 1) {
    const first = stream[i];
    if (first === undefined) continue;
    if (earliestLater < first.firstEnded && first.firstEnded !== never) {
      const then = stream
        .slice(i + 1)
        .find((later) => later.firstBegan < first.firstEnded && orderIsPromised(view, first, later));
      if (then !== undefined) found.push(outOfOrder(view, first, then));
    }
    earliestLater = Math.min(earliestLater, first.firstBegan);
  }
  return found;
};

const outOfOrder = (view: View, first: StreamEvent, then: StreamEvent): Violation =>
  violation(
    'out-of-order',
    'first-handled-in-publish-order',
    `Expected group ${view.group} to handle ${eventName(first.event)} (${recordName(first.record)}) before ${eventName(then.event)} (${recordName(then.record)}) of the same key and publisher, but it began the later one first.`,
    [first.record.step, then.record.step, then.firstBegan, first.firstEnded],
  );

const lastEffect = (view: View, stream: readonly StreamEvent[]): Violation | undefined => {
  const newest = stream.findLast(({ lastBegan }) => lastBegan >= 0);
  if (newest === undefined) return undefined;
  const later = stream.find(
    (one) =>
      one !== newest &&
      one.lastBegan > newest.lastBegan &&
      newest.record.deleted > one.lastBegan &&
      orderIsPromised(view, one, newest),
  );
  if (later === undefined) return undefined;
  return violation(
    'out-of-order',
    'last-effect-is-newest',
    `Expected the last effect of key ${newest.record.key} in group ${view.group} to be its newest event ${eventName(newest.event)}, but ${eventName(later.event)} was handled again after it.`,
    [newest.lastBegan, newest.lastEnded, later.lastBegan, later.lastEnded],
  );
};
