import type { Violation } from '../../history';
import { eventName, type Property, violation } from '../property';
import { responsibleFor } from '../rule';

/** The version of an effect is the one that counts: by the stamp of the copy that was handled. */
export const effectsByTheRule: Property = ({ views }) => {
  const found: Violation[] = [];
  for (const { group, timeline, effects = [] } of views) {
    for (const { event, record, version, step } of effects) {
      const responsible = record.stamp === undefined ? undefined : responsibleFor(record.stamp, timeline);
      if (responsible === undefined || (responsible === version && version === record.lane.version)) continue;
      found.push(
        violation(
          'unsafe',
          'effects-by-the-rule',
          `Expected ${eventName(event)} to take effect in group ${group} as v${responsible}, but it did as v${version}, from v${record.lane.version}.`,
          [record.step, step],
        ),
      );
    }
  }
  return found;
};
