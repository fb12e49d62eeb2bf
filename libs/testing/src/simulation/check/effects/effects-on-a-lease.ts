import type { Violation } from '../../history';
import type { CommittedEffect, Lane } from '../facts/types';
import { eventName, laneName, type Property, violation } from '../property';

/** A lease is measured by two clocks, which may drift apart by this in its time (milliseconds). */
const driftMs = 1;

/** No effect by a member whose lease is over, or once a later generation has had one of the same partition. */
export const effectsOnALease: Property = ({ views }) =>
  views.flatMap(({ effects = [] }) => [...afterTheLease(effects), ...afterALater(effects)]);

const afterTheLease = (effects: readonly CommittedEffect[]): readonly Violation[] =>
  effects
    .filter(({ at, leaseUntil }) => at > leaseUntil + driftMs)
    .map(({ process, event, at, leaseUntil, step }) =>
      violation(
        'unsafe',
        'effects-on-a-lease',
        `Expected ${process} to have no effect once its lease has ended, but it had that of ${eventName(event)} ${at - leaseUntil} ms after that.`,
        [step],
      ),
    );

const afterALater = (effects: readonly CommittedEffect[]): readonly Violation[] => {
  const found: Violation[] = [];
  const newest = new Map<Lane, CommittedEffect>();
  for (const effect of effects) {
    const { lane } = effect.record;
    const before = newest.get(lane);
    if (before === undefined || before.generation <= effect.generation) newest.set(lane, effect);
    else found.push(superseded(effect, before));
  }
  return found;
};

const superseded = (
  { process, generation, event, record, step }: CommittedEffect,
  before: CommittedEffect,
): Violation =>
  violation(
    'unsafe',
    'effects-of-the-newest-generation',
    `Expected ${process} to have no effect in ${laneName(record.lane)} in generation ${generation}, after ${before.process} had one in generation ${before.generation}, but it had that of ${eventName(event)}.`,
    [before.step, step],
  );
