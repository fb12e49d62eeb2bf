import { type Property, violation } from './property';

/** Once faults stop, everything settles: whoever ran the history knows what did not. */
export const settles: Property = ({ ended, faultsOver }) =>
  (ended?.pending ?? []).map((text) =>
    violation(
      'stuck',
      'everything-settles',
      `Expected everything to settle once the faults were over, but this did not: ${text}`,
      [faultsOver?.step, ended?.step],
    ),
  );
