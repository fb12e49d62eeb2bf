import type { Violation } from '../../history';
import { committedBefore, handlingsOf } from '../facts/questions';
import { never, type View } from '../facts/types';
import { eventName, type Property, recordName, violation } from '../property';
import { orderIsPromised, type StreamEvent, streamsOf } from './streams';

/** A record that the hold concerns begins only once what its publisher wrote before it in older versions is committed. */
export const heldUntilCommitted: Property = ({ views }) => {
  const found: Violation[] = [];
  for (const view of views) {
    if (view.timeline.length < 2) continue;
    for (const stream of streamsOf(view)) {
      const newestOf = new Map<number, StreamEvent>();
      for (const then of stream) {
        for (const [version, first] of newestOf) {
          if (version === then.version || !orderIsPromised(view, first, then)) continue;
          const early = beganEarly(view, first, then);
          if (early !== undefined) found.push(early);
        }
        newestOf.set(then.version, then);
      }
    }
  }
  return found;
};

const beganEarly = (view: View, first: StreamEvent, then: StreamEvent): Violation | undefined => {
  if (first.record.deleted !== never) return undefined;
  const early = handlingsOf(view, then.event).find(({ began }) => {
    return (committedBefore(view, first.record.lane, began) ?? -1) <= first.record.offset;
  });
  if (early === undefined) return undefined;
  const committed = committedBefore(view, first.record.lane, early.began) ?? 'nothing';
  return violation(
    'out-of-order',
    'held-until-committed',
    `Expected ${eventName(then.event)} (${recordName(then.record)}) to wait until group ${view.group} has committed ${eventName(first.event)} (${recordName(first.record)}), but ${early.membership.process} began it while ${committed} was committed.`,
    [first.record.step, then.record.step, early.began],
  );
};
