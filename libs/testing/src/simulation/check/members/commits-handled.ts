import type { Violation } from '../../history';
import { counts, isHandledBefore } from '../facts/questions';
import type { Commit, Lane, LogRecord, View } from '../facts/types';
import { laneName, type Property, recordName, violation } from '../property';

/** Committed offsets never go back, and everything below them is handled, rightly skipped, or was never visible. */
export const commitsHandled: Property = ({ views }) => {
  const found: Violation[] = [];
  for (const view of views)
    for (const [lane, commits] of view.commits) judgeLane(view, lane, { commits, found });
  return found;
};

const judgeLane = (
  view: View,
  lane: Lane,
  { commits, found }: { commits: readonly Commit[]; found: Violation[] },
): void => {
  let judged = 0;
  for (const commit of commits) {
    const { offset, previous } = commit;
    if (offset === undefined) continue;
    if (previous !== undefined && offset < previous) found.push(backwards(view, commit));
    while (judged < lane.records.length) {
      const record = lane.records[judged];
      if (record === undefined || record.offset >= offset || record.step > commit.step) break;
      const because = whyUnhandled(view, record, commit);
      if (because !== undefined) found.push(beyond(view, record, { commit, because }));
      judged += 1;
    }
  }
};

/** Why a record may not be committed past; `undefined` if it may. */
const whyUnhandled = (view: View, record: LogRecord, { step, previous }: Commit): string | undefined => {
  if (record.fate === 'aborted' && record.settled < step) return undefined;
  if (record.settled > step) return 'its transaction was open';
  if (record.stamp === undefined) return record.deleted < step ? undefined : 'its headers are malformed';
  if (!counts(view, record) || isHandledBefore(view, record, step)) return undefined;
  if (record.deleted > step) return 'it had not handled it';
  const isReset = previous === undefined || previous > record.offset;
  return isReset ? undefined : 'retention took it before it was read, which a consumer has to say';
};

const beyond = (
  { group }: View,
  record: LogRecord,
  { commit, because }: { commit: Commit; because: string },
): Violation =>
  violation(
    'lost',
    'commits-what-is-handled',
    `Expected group ${group} to commit what it handled or skipped by the rule, but ${commit.membership?.process} committed up to ${commit.offset}, past ${record.stamp?.id ?? 'a record'} at ${recordName(record)}: ${because}.`,
    [record.step, record.handlings[0]?.began, commit.step],
  );

const backwards = ({ group }: View, { lane, offset, previous, membership, step }: Commit): Violation =>
  violation(
    'unsafe',
    'commits-never-go-back',
    `Expected committed offsets to grow, but ${membership?.process} took ${laneName(lane)} of group ${group} from ${previous} back to ${offset}.`,
    [step],
  );
