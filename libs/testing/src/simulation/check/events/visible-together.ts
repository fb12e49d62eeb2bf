import type { Violation } from '../../history';
import type { EventFacts, LogRecord } from '../facts/types';
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

/** Markers come to each partition by themselves: what is open beside a visible twin will be visible too. */
const shownAtOnce = ({ copies }: EventFacts): ReadonlyMap<number | undefined, readonly LogRecord[]> => {
  const groups = new Map<number | undefined, LogRecord[]>();
  for (const record of copies) {
    if (record.fate === 'aborted') continue;
    const group = groups.get(record.transaction);
    if (group === undefined) groups.set(record.transaction, [record]);
    else group.push(record);
  }
  return groups;
};

const judge = (event: EventFacts, copies: readonly LogRecord[]): Violation | undefined => {
  if (copies.every(({ fate }) => fate === 'open')) return undefined;
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
