import type { Violation } from '../../history';
import { type Property, recordName, violation } from '../property';

/** No event begins on an expired lease: longer than it after the sending of the last confirmed heartbeat. */
export const beginsOnALease: Property = ({ memberships }) => {
  const found: Violation[] = [];
  for (const { process, handlings } of memberships) {
    for (const { record, began, beganAt, leaseUntil } of handlings) {
      if (beganAt < leaseUntil) continue;
      found.push(
        violation(
          'unsafe',
          'begins-on-a-lease',
          `Expected ${process} to begin nothing once its lease has ended, but it began ${recordName(record)} ${beganAt - leaseUntil} ms after that.`,
          [began],
        ),
      );
    }
  }
  return found;
};
