import type { Violation } from '../../history';
import { type EventFacts, type LogRecord, never } from '../facts/types';
import { eventName, type Property, violation } from '../property';

/**
 * Promise 4: the twins become visible together or not at all. Every transaction that shows an event shows it in all the
 * versions that its headers name; what was written without one is in all of them in the end.
 */
export const visibleTogether: Property = ({ events }) => {
  const found: Violation[] = [];
  for (const event of events) {
    for (const copies of shownAtOnce(event).values()) {
      const torn = judge(event, copies);
      if (torn !== undefined) found.push(torn);
    }
  }
  return found;
};

const shownAtOnce = ({ copies }: EventFacts): ReadonlyMap<number, readonly LogRecord[]> => {
  const groups = new Map<number, LogRecord[]>();
  for (const record of copies) {
    if (record.fate !== 'visible') continue;
    const together = record.producer === undefined ? never : record.settled;
    const group = groups.get(together);
    if (group === undefined) groups.set(together, [record]);
    else group.push(record);
  }
  return groups;
};

const judge = (event: EventFacts, copies: readonly LogRecord[]): Violation | undefined => {
  const published = copies[0]?.stamp?.published ?? [];
  const shown = new Set(copies.map(({ lane }) => lane.version));
  if (shown.size === published.length && published.every((version) => shown.has(version))) return undefined;
  return violation(
    'torn',
    'twins-visible-together',
    `Expected ${eventName(event)} to become visible as v${published.join(', v')} at once, but got v${[...shown].join(', v')}.`,
    copies.flatMap(({ step, settled }) => [step, settled]),
  );
};
