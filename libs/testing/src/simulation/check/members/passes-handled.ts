import type { Violation } from '../../history';
import { counts, isHandledBefore } from '../facts/questions';
import { type LogRecord, type Membership, never, type Position, type View } from '../facts/types';
import { type Property, recordName, violation } from '../property';

/**
 * A member's position passes only what its group handled (commits say what was done behind them), skipped by the rule,
 * or what is not visible; and what failed, with the later events of its key, which it keeps and no commit passes.
 */
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
  if (isHandledBefore(view, record, step + 1)) return false;
  return !isKept(record, membership, step);
};

/** Whether it, or an event of its key, has failed in this generation: then it waits to be tried again. */
const isKept = ({ key, lane }: LogRecord, { handlings }: Membership, step: number): boolean =>
  handlings.some(
    ({ failed, record }) => failed <= step && record.key === key && record.lane.partition === lane.partition,
  );

const passed = (record: LogRecord, { membership, step }: Position): Violation =>
  violation(
    'lost',
    'passes-what-is-handled',
    `Expected ${membership.process} to handle ${record.stamp?.id ?? 'a record'} at ${recordName(record)} in generation ${membership.generation}, but it passed it.`,
    [record.step, record.settled, step],
  );
