import type { Violation } from '../../history';
import type { EventFacts, LogRecord } from '../facts/types';
import { eventName, instant, type Property, recordName, violation } from '../property';

/** Id, key, partition, createdAt and published versions are stamped once: equal on all twins and resends, aborted ones too. */
export const stampedOnce: Property = ({ events }) => {
  const found: Violation[] = [];
  for (const event of events) {
    for (const [first, ...others] of published(event)) {
      if (first === undefined) continue;
      const wrong = timestampDiffers(first) ? first : others.find((copy) => differs(first, copy));
      if (wrong !== undefined) found.push(differing(event, first, wrong));
    }
  }
  return found;
};

/** Each time that it was published: once, unless somebody says otherwise, who does it in a transaction each. */
const published = ({ copies, isRepeated }: EventFacts): readonly (readonly LogRecord[])[] => {
  if (!isRepeated) return [copies];
  return [...new Set(copies.map(({ transaction }) => transaction))].map((one) =>
    copies.filter(({ transaction }) => transaction === one),
  );
};

const timestampDiffers = ({ timestamp, stamp }: LogRecord): boolean => stamp?.createdAt !== timestamp;

const differs = (first: LogRecord, copy: LogRecord): boolean =>
  timestampDiffers(copy) ||
  copy.key !== first.key ||
  copy.call !== first.call ||
  copy.lane.partition !== first.lane.partition ||
  copy.stamp?.createdAt !== first.stamp?.createdAt ||
  (copy.stamp?.published !== first.stamp?.published &&
    String(copy.stamp?.published) !== String(first.stamp?.published));

const differing = (event: EventFacts, first: LogRecord, copy: LogRecord): Violation =>
  violation(
    'torn',
    'stamped-once',
    `Expected ${eventName(event)} to be the same wherever it is stored, but got ${describe(first)}${copy === first ? '' : ` and ${describe(copy)}`}.`,
    [first.step, copy.step],
  );

const describe = (record: LogRecord): string =>
  `${recordName(record)} (key ${record.key}, call ${record.call ?? 'none'}, versions ${record.stamp?.published}, created ${instant(record.stamp?.createdAt ?? Number.NaN)}, timestamp ${instant(record.timestamp)})`;
