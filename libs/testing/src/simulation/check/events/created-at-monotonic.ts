import type { Violation } from '../../history';
import type { EventFacts } from '../facts/types';
import { eventName, instant, type Property, violation } from '../property';

/**
 * `createdAt` never decreases among the events of one publisher in one partition, in the order of their first storing;
 * across a restart too, unless the clock of its machine was set. Among those of one range of an outbox it never does,
 * whoever sends them, whatever their clocks show.
 */
export const createdAtMonotonic: Property = ({ events, clocksSet }) => {
  const found: Violation[] = [];
  const newest = new Map<string, EventFacts>();
  for (const event of events) {
    const first = event.copies[0];
    const by = event.outbox?.slot ?? event.process;
    if (first === undefined || by === undefined) continue;
    const life = clocksSet.has(by) ? event.life : 0;
    const slot = `${by} ${life} ${first.lane.eventType} ${first.lane.partition}`;
    const before = newest.get(slot);
    if (before === undefined || createdAt(before) <= createdAt(event)) {
      newest.set(slot, event);
      continue;
    }
    found.push(
      violation(
        'unsafe',
        'created-at-monotonic',
        `Expected ${by} to stamp ${eventName(event)} no earlier than ${eventName(before)} (${instant(createdAt(before))}), which it stored before in partition ${first.lane.partition}, but got ${instant(createdAt(event))}.`,
        [before.copies[0]?.step, first.step],
      ),
    );
  }
  return found;
};

const createdAt = ({ copies, stamp }: EventFacts): number => (copies[0]?.stamp ?? stamp).createdAt;
