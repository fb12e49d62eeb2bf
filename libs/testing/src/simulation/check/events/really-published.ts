import type { Violation } from '../../history';
import type { Facts } from '../facts/types';
import { eventName, type Property, recordName, violation } from '../property';

/** Handlers are given what was published and visible: no aborted and no undecided record, nothing out of thin air. */
export const reallyPublished: Property = (facts) => [
  ...facts.phantoms.map(({ step, text }) => violation('unsafe', 'handled-what-was-stored', text, [step])),
  ...invisible(facts),
];

const invisible = ({ memberships }: Facts): readonly Violation[] => {
  const found: Violation[] = [];
  for (const { process, handlings } of memberships) {
    for (const { record, began } of handlings) {
      const { fate, settled, event } = record;
      if ((fate === 'visible' && settled <= began) || event === undefined) continue;
      const why = fate === 'aborted' ? 'was aborted' : 'was not committed then';
      found.push(
        violation(
          'unsafe',
          'handled-what-is-visible',
          `Expected handlers to be given visible records only, but ${process} was given ${eventName(event)} at ${recordName(record)}, whose transaction ${why}.`,
          [record.step, began, settled],
        ),
      );
    }
  }
  return found;
};
