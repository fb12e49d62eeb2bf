import type { Violation } from '../../history';
import { type Property, recordName, violation } from '../property';

/** Nothing is written to a version behind its final ends. */
export const finalIsFinal: Property = ({ fold, lanes }) => {
  const found: Violation[] = [];
  for (const lane of lanes) {
    const deprecation = fold.types.get(lane.eventType)?.deprecations.get(lane.version);
    const end = deprecation?.ends?.[lane.partition];
    const last = lane.records.at(-1);
    if (end === undefined || last === undefined || last.offset < end) continue;
    found.push(
      violation(
        'unsafe',
        'final-is-final',
        `Expected nothing behind offset ${end} of ${lane.topic}[${lane.partition}], its final end, got ${last.stamp?.id ?? 'a record'} at ${recordName(last)}.`,
        [deprecation?.finalAt?.step, last.step],
      ),
    );
  }
  return found;
};
