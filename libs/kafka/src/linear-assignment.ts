import { type SubscriptionState, subscriptionStates } from './kafkajs-internals';

const installed = Symbol.for('baton.linear-assignment');
type Patched = SubscriptionState & { [installed]?: true };

/**
 * Makes kafkajs index what a member was assigned in one pass. Its own way copies, for each topic, all topics so far,
 * three times in each join: with some thousand topics that takes seconds, in which no heartbeat is sent.
 */
export const installLinearAssignment = (): void => {
  const states: Patched = subscriptionStates();
  if (states[installed]) return;
  const { assign, assigned } = states;
  states.assign = function (topics = []) {
    // kafkajs makes the map for its offsets of this same list
    assign.call(this, mergedByReduce(topics));
  };
  states.assigned = function () {
    return mergedByReduce(assigned.call(this));
  };
  states[installed] = true;
};

type Fold<T> = (sum: object, item: T) => object;

/** The same list, which folds by merging what each item alone adds: for `{ ...sum, [key]: value }` that is the same. */
const mergedByReduce = <T>(items: T[]): T[] =>
  Object.defineProperty(items, 'reduce', {
    value: (fold: Fold<T>, initial: object) => {
      const sum = { ...initial };
      for (const item of items) Object.assign(sum, fold({}, item));
      return sum;
    },
    configurable: true,
  });
