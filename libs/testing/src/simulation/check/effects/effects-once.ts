import type { Violation } from '../../history';
import { handlingsOf } from '../facts/questions';
import { type CommittedEffect, type EventFacts, never, type View } from '../facts/types';
import { eventName, type Property, recordName, violation } from '../property';

/**
 * Behind an inbox an event takes effect once, in whatever versions and however often it comes; and whoever says that it
 * is handled says so after its effect is committed.
 */
export const effectsOnce: Property = ({ views }) => {
  const found: Violation[] = [];
  for (const view of views) {
    if (view.effects === undefined) continue;
    const effects = byEvent(view.effects);
    for (const [event, [first, second]] of effects)
      if (first !== undefined && second !== undefined) found.push(doubled(view, event, [first, second]));
    for (const event of view.events) {
      const missing = missed(view, event, effects.get(event)?.[0]);
      if (missing !== undefined) found.push(missing);
    }
  }
  return found;
};

const byEvent = (
  effects: readonly CommittedEffect[],
): ReadonlyMap<EventFacts, readonly CommittedEffect[]> => {
  const all = new Map<EventFacts, CommittedEffect[]>();
  for (const effect of effects) {
    const ofEvent = all.get(effect.event);
    if (ofEvent === undefined) all.set(effect.event, [effect]);
    else ofEvent.push(effect);
  }
  return all;
};

const doubled = (
  { group }: View,
  event: EventFacts,
  effects: readonly [CommittedEffect, CommittedEffect],
): Violation => {
  const told = effects.map(
    ({ version, process, record }) => `as v${version} by ${process} (${recordName(record)})`,
  );
  return violation(
    'doubled',
    'effects-once',
    `Expected ${eventName(event)} to take effect once in group ${group}, but it did ${told.join(' and ')}.`,
    effects.map(({ step }) => step),
  );
};

const missed = (
  view: View,
  event: EventFacts,
  effect: CommittedEffect | undefined,
): Violation | undefined => {
  const early = handlingsOf(view, event).find(
    ({ ended }) => ended !== never && ended < (effect?.step ?? never),
  );
  if (early === undefined) return undefined;
  return violation(
    'lost',
    'effects-once',
    `Expected ${eventName(event)} to have taken effect in group ${view.group} when ${early.membership.process} said that it was handled, but ${effect === undefined ? 'it never did' : 'it did later'}.`,
    [early.began, early.ended, effect?.step],
  );
};
