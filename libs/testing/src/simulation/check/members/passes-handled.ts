import type { Violation } from '../../history';
import { counts } from '../facts/questions';
import { type LogRecord, never, type Position, type View } from '../facts/types';
import { type Property, recordName, violation } from '../property';

/** A member's position passes only what it handled in this generation, skipped by the rule, or what is not visible. */
export const passesHandled: Property = ({ views }) => {
  const found: Violation[] = [];
  for (const view of views) {
    for (const { positions } of view.memberships) {
      for (const position of positions) {
        if (position.lane.eventType !== view.eventType) continue;
        for (let offset = position.from; offset < position.next; offset += 1) {
          const record = position.lane.slots[offset];
          if (record !== undefined && isUnhandled(view, record, position))
            found.push(passed(record, position));
        }
      }
    }
  }
  return found;
};

const isUnhandled = (view: View, record: LogRecord, { step, membership }: Position): boolean => {
  if (record.step > step || (record.fate === 'aborted' && record.settled < step)) return false;
  if (record.settled > step) return true;
  if (record.deleted !== never && record.deleted < step) return false;
  if (record.stamp !== undefined && !counts(view, record)) return false;
  return !record.handlings.some((one) => one.membership === membership && one.ended <= step);
};

const passed = (record: LogRecord, { membership, step }: Position): Violation =>
  violation(
    'lost',
    'passes-what-is-handled',
    `Expected ${membership.process} to handle ${record.stamp?.id ?? 'a record'} at ${recordName(record)} in generation ${membership.generation}, but it passed it.`,
    [record.step, record.settled, step],
  );
