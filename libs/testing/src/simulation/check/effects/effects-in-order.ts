import type { Violation } from '../../history';
import { orderIsPromised, type StreamEvent, streamsOf } from '../events/streams';
import { type EventFacts, never, type View } from '../facts/types';
import { eventName, type Property, violation } from '../property';

/** The effects of a key and publisher are committed in the order of publishing, where that order is promised. */
export const effectsInOrder: Property = ({ views }) => {
  const found: Violation[] = [];
  for (const view of views) {
    if (view.effects === undefined) continue;
    const stepOf = new Map<EventFacts, number>();
    for (const { event, step } of view.effects) if (!stepOf.has(event)) stepOf.set(event, step);
    for (const stream of streamsOf(view)) found.push(...judge(view, stream, stepOf));
  }
  return found;
};

/** From the newest event backwards: whatever took effect before an event that came first is out of order. */
const judge = (
  view: View,
  stream: readonly StreamEvent[],
  stepOf: ReadonlyMap<EventFacts, number>,
): readonly Violation[] => {
  const found: Violation[] = [];
  const at = ({ event }: StreamEvent): number => stepOf.get(event) ?? never;
  let earliestLater = never;
  for (let i = stream.length - 1; i >= 0; i -= 1) {
    const first = stream[i];
    if (first === undefined) continue;
    const step = at(first);
    if (step === never) continue;
    if (earliestLater < step) {
      const then = stream
        .slice(i + 1)
        .find((later) => at(later) < step && orderIsPromised(view, first, later));
      if (then !== undefined) found.push(outOfOrder(view, first, { then, steps: [at(then), step] }));
    }
    earliestLater = Math.min(earliestLater, step);
  }
  return found;
};

const outOfOrder = (
  { group }: View,
  first: StreamEvent,
  { then, steps }: { readonly then: StreamEvent; readonly steps: readonly number[] },
): Violation =>
  violation(
    'out-of-order',
    'effects-in-order',
    `Expected ${eventName(first.event)} to take effect in group ${group} before ${eventName(then.event)} of the same key and publisher, but it did later.`,
    [first.record.step, then.record.step, ...steps],
  );
