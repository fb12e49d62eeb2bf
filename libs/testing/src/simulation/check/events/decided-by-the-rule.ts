import type { Violation } from '../../history';
import { eventName, instant, type Property, recordName, violation } from '../property';
import { responsibleFor } from '../rule';

/** The rule, recomputed from the log: what is handled is the twin that counts. */
export const decidedByTheRule: Property = ({ views }) => {
  const found: Violation[] = [];
  for (const { group, eventType, memberships, timeline } of views) {
    for (const { process, handlings } of memberships) {
      for (const { record, began } of handlings) {
        const { lane, stamp, event } = record;
        if (lane.eventType !== eventType || stamp === undefined || event === undefined) continue;
        const responsible = responsibleFor(stamp, timeline);
        if (responsible === undefined || responsible === lane.version) continue;
        found.push(
          violation(
            'unsafe',
            'decided-by-the-rule',
            `Expected v${responsible} of ${eventName(event)}, created ${instant(stamp.createdAt)}, to count for group ${group}, but ${process} began ${recordName(record)}.`,
            [record.step, began],
          ),
        );
      }
    }
  }
  return found;
};
