import type { Violation } from '../../history';
import { counts, isHandledBefore, lastCommit } from '../facts/questions';
import type { Facts, LogRecord, Verdict, View } from '../facts/types';
import { type Deprecation, timelineAfter } from '../fold/state';
import { instant, laneName, type Property, recordName, violation } from '../property';

/**
 * `safe` means that nothing is lost: nothing left to handle in a version that may be dropped; nobody bound to one that
 * may stop, and every cut drained; and that nothing was unknown: every group has committed offsets there.
 */
export const safeVerdicts: Property = (facts) => {
  const found: Violation[] = [];
  for (const verdict of facts.verdicts) {
    if (verdict.verdict !== 'safe') continue;
    if (verdict.question === 'can-drop') found.push(...unsafeDrop(facts, verdict));
    if (verdict.question === 'can-stop')
      found.push(...unsafeStop(facts, verdict), ...undrained(facts, verdict));
    if (verdict.question !== 'can-bind') found.push(...unknownOffsets(facts, verdict));
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
    if (last === undefined || hasDropped(dropped, line.group, step)) continue;
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

/** The groups that a verdict speaks for: the one that drops, or all that are registered and have not dropped. */
const concerned = (
  { views, fold }: Facts,
  { question, group, eventType, version, step }: Verdict,
): readonly View[] => {
  const dropped = fold.types.get(eventType)?.deprecations.get(version)?.dropped;
  return views.filter((view) => {
    if (view.eventType !== eventType) return false;
    if (question === 'can-drop') return view.group === group;
    const line = fold.groups.get(eventType)?.get(view.group);
    // a group that went past the version without ever being bound to it has no cut to drain there
    const wasBound = line?.timeline.some((segment) => segment.version === version) === true;
    return wasBound && !hasDropped(dropped, view.group, step);
  });
};

/** What a group dropped after a verdict was given does not excuse the verdict. */
const hasDropped = (dropped: Deprecation['dropped'] | undefined, group: string, step: number): boolean =>
  (dropped?.get(group)?.by.step ?? Number.POSITIVE_INFINITY) < step;

/** Records of before the cut that were visible at the cut and when somebody asked, and not handled when he was answered. */
const undrained = (facts: Facts, verdict: Verdict): readonly Violation[] =>
  concerned(facts, verdict).flatMap((view) => {
    const { version, step, askedFrom } = verdict;
    const since = view.timeline.findLast((segment) => segment.since <= verdict.at)?.since ?? 0;
    const left = view.lanes
      .filter((lane) => lane.version === version)
      .flatMap(({ records }) => records)
      .find((one) => one.settled < askedFrom && one.settledAt < since && isLeft(view, one, step));
    if (left === undefined) return [];
    return [
      violation(
        'unsafe',
        'safe-stop-is-drained',
        `Expected group ${view.group} to have drained v${version} when it was safe to stop it, but ${left.stamp?.id} at ${recordName(left)} was not handled.`,
        [left.step, left.settled, askedFrom, step],
      ),
    ];
  });

const unknownOffsets = (facts: Facts, verdict: Verdict): readonly Violation[] =>
  concerned(facts, verdict).flatMap((view) => {
    const { version, step, askedFrom, question } = verdict;
    const unknown = view.lanes.find((lane) => {
      const last = lane.version === version ? lastCommit(view, lane, step) : { offset: 0, step };
      return last === undefined ? askedFrom >= 0 : last.offset === undefined && last.step < askedFrom;
    });
    if (unknown === undefined) return [];
    return [
      violation(
        'unsafe',
        'unknown-is-not-safe',
        `Expected ${question} v${version} to be unknown while group ${view.group} has no committed offset in ${laneName(unknown)}, but it was safe.`,
        [askedFrom, step],
      ),
    ];
  });
