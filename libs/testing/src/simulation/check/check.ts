import type { History, HistorySetting, Violation } from '../history';
import { acknowledgedTruly } from './bindings/acknowledged-truly';
import { decidedInTime } from './bindings/decided-in-time';
import { finalIsFinal } from './bindings/final-is-final';
import { listedInTime } from './bindings/listed-in-time';
import { promiseKept } from './bindings/promise-kept';
import { safeVerdicts } from './bindings/safe-verdicts';
import { timelinesAgree } from './bindings/timelines-agree';
import { effectsByTheRule } from './effects/effects-by-the-rule';
import { effectsInOrder } from './effects/effects-in-order';
import { effectsOnALease } from './effects/effects-on-a-lease';
import { effectsOnce } from './effects/effects-once';
import { createdAtMonotonic } from './events/created-at-monotonic';
import { decidedByTheRule } from './events/decided-by-the-rule';
import { handledAtLeastOnce } from './events/handled-at-least-once';
import { handledInOneVersion } from './events/handled-in-one-version';
import { heldUntilCommitted } from './events/held-until-committed';
import { inPublishOrder } from './events/in-publish-order';
import { outboxPublished } from './events/outbox-published';
import { reallyPublished } from './events/really-published';
import { stampedOnce } from './events/stamped-once';
import { toldTheTruth } from './events/told-the-truth';
import { visibleTogether } from './events/visible-together';
import { readFacts } from './facts/read-facts';
import { beginsOnALease } from './members/begins-on-a-lease';
import { commitsHandled } from './members/commits-handled';
import { commitsOwn } from './members/commits-own';
import { logReadFirst } from './members/log-read-first';
import { oneTimeline } from './members/one-timeline';
import { passesHandled } from './members/passes-handled';
import type { Property } from './property';
import { settles } from './settles';

/** Every promise that a history can break, the plainest first. */
const properties: readonly Property[] = [
  handledAtLeastOnce,
  handledInOneVersion,
  effectsOnce,
  visibleTogether,
  inPublishOrder,
  effectsInOrder,
  settles,
  toldTheTruth,
  outboxPublished,
  stampedOnce,
  reallyPublished,
  decidedByTheRule,
  createdAtMonotonic,
  heldUntilCommitted,
  commitsHandled,
  passesHandled,
  commitsOwn,
  logReadFirst,
  beginsOnALease,
  effectsOnALease,
  effectsByTheRule,
  oneTimeline,
  timelinesAgree,
  listedInTime,
  acknowledgedTruly,
  promiseKept,
  decidedInTime,
  safeVerdicts,
  finalIsFinal,
];

/**
 * Judges a history by the promises. It shares no code with what it judges: rule, fold of the control log and
 * visibility are computed anew.
 */
export const check = (history: History, setting: HistorySetting): readonly Violation[] => {
  const facts = readFacts(history, setting);
  return properties.flatMap((property) => property(facts, setting));
};
