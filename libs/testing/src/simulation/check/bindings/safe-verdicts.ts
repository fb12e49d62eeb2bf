import type { Violation } from '../../history';
import { counts, isHandledBefore } from '../facts/questions';
import type { Facts, LogRecord, Verdict, View } from '../facts/types';
import { timelineAfter } from '../fold/state';
import { instant, type Property, recordName, violation } from '../property';

/** `safe` means that nothing is lost: nothing left to handle in a version that may be dropped, nobody bound to one that may stop. */
export const safeVerdicts: Property = (facts) => {
  const found: Violation[] = [];
  for (const verdict of facts.verdicts) {
    if (verdict.verdict !== 'safe') continue;
    if (verdict.question === 'can-drop') found.push(...unsafeDrop(facts, verdict));
    if (verdict.question === 'can-stop') found.push(...unsafeStop(facts, verdict));
  }
  return found;
};

const unsafeDrop = ({ views }: Facts, { group, eventType, version, step }: Verdict): readonly Violation[] => {
  const view = views.find((one) => one.group === group && one.eventType === eventType);
  if (view === undefined) return [];
  const left = view.lanes
    .filter((lane) => lane.version === version)
    .flatMap(({ records }) => records)
    .find((record) => isLeft(view, record, step));
  if (left === undefined) return [];
  return [
    violation(
      'unsafe',
      'safe-drop-loses-nothing',
      `Expected no event of v${version} to be left for group ${view.group} when it was told that it is safe to drop it, but ${left.stamp?.id} at ${recordName(left)} was not handled.`,
      [left.step, left.settled, step],
    ),
  ];
};

const isLeft = (view: View, record: LogRecord, step: number): boolean =>
  record.fate === 'visible' &&
  record.deleted > step &&
  counts(view, record) &&
  !isHandledBefore(view, record, step);

const unsafeStop = (
  { fold, entries }: Facts,
  { eventType, version, step, at }: Verdict,
): readonly Violation[] => {
  const read = entries.filter(({ logged }) => logged.step < step).length;
  const dropped = fold.types.get(eventType)?.deprecations.get(version)?.dropped;
  const found: Violation[] = [];
  for (const line of fold.groups.get(eventType)?.values() ?? []) {
    const last = timelineAfter(line, read).at(-1);
    if (last === undefined || dropped?.has(line.group) === true) continue;
    if (last.version !== version && last.since <= at) continue;
    found.push(
      violation(
        'unsafe',
        'safe-stop-needs-no-version',
        `Expected every group to be bound past v${version} when it was safe to stop it, but ${line.group} was bound to v${last.version} from ${instant(last.since)} on.`,
        [step],
      ),
    );
  }
  return found;
};
