import { readEntry } from './entry';
import { foldOnProposal, foldProposed, foldRegistered } from './fold-bindings';
import { foldDeprecation } from './fold-deprecations';
import { type Effect, type FoldState, type Logged, voidBecause } from './state';

/** Adds an entry to what the log says; changes `state`. Written anew from the protocol, so that it can disagree with the code. */
export const foldEntry = (state: FoldState, value: unknown, logged: Logged): Effect => {
  state.entries += 1;
  const entry = readEntry(value);
  if (entry === undefined) return voidBecause('no entry of a known form');
  switch (entry.kind) {
    case 'group-registered':
      return foldRegistered(state, entry);
    case 'publisher-registered':
    case 'binding-requested':
      return { kind: 'other' };
    case 'binding-proposed':
      return foldProposed(state, entry, logged);
    case 'binding-listed':
    case 'binding-acknowledged':
    case 'binding-refused':
    case 'binding-confirmed':
    case 'binding-withdrawn':
      return foldOnProposal(state, entry, logged);
    default:
      return foldDeprecation(state, entry, logged);
  }
};
