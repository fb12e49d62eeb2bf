import { topicOf, type Version } from '@baton/core';
import type { Clock, LogOffsets } from '@baton/messaging';
import { readTopics } from '../evidence/read-facts';
import {
  type Deprecation,
  deprecationOf,
  type EventTypeState,
  eventTypeState,
} from '../log/deprecation-state';
import type { Signature } from '../log/entries';
import type { ControlFollower } from '../log/follow-log';
import { date } from '../verdict/verdict';
import { appendJudged, attemptsAgainstOthers } from './append';
import type { RefusalReason } from './reasons';

/** A deprecation as somebody wants it announced. */
export interface AnnounceRequest {
  readonly eventType: string;
  readonly from: Version;
  readonly to: Version;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly vetoUntil?: number;
}

export interface AnnounceFacts {
  readonly brokerTime: number;
  /** The versions whose topics exist. */
  readonly topics: readonly Version[];
}

/** What to do about an announcement. */
export type AnnounceDecision =
  | { readonly kind: 'announce'; readonly expectedRevision: number }
  | { readonly kind: 'move-deadline'; readonly from: number; readonly expectedRevision: number }
  | { readonly kind: 'already-announced' }
  | { readonly kind: 'refuse'; readonly because: readonly RefusalReason[] };

/** Decides an announcement; the same one again changes nothing, with a later deadline it moves it. Pure. */
export const decideAnnounce = (
  state: EventTypeState,
  request: AnnounceRequest,
  facts: AnnounceFacts,
): AnnounceDecision => {
  const known = state.deprecations.get(request.from);
  if (known !== undefined) return decideAgain(state, known, request);
  const because = objections(state, request, facts);
  return because.length > 0
    ? { kind: 'refuse', because }
    : { kind: 'announce', expectedRevision: state.revision };
};

const decideAgain = (
  { revision }: EventTypeState,
  known: Deprecation,
  { from, to, deadline, vetoUntil }: AnnounceRequest,
): AnnounceDecision => {
  const refuse = (code: RefusalReason['code'], text: string): AnnounceDecision => ({
    kind: 'refuse',
    because: [{ code, text }],
  });
  if (to !== known.successor || (vetoUntil !== undefined && vetoUntil !== known.vetoUntil)) {
    const vetoes = known.vetoUntil === undefined ? '' : `, vetoes until ${date(known.vetoUntil)}`;
    return refuse(
      'announced-otherwise',
      `The deprecation of v${from} is announced already: in favour of v${known.successor}${vetoes}. Only its deadline can change.`,
    );
  }
  if (deadline === known.deadline) return { kind: 'already-announced' };
  if (deadline < known.deadline) {
    return refuse(
      'deadline-earlier',
      `The deadline of v${from} is ${date(known.deadline)} and can only move later, not to ${date(deadline)}.`,
    );
  }
  if (known.phase.kind !== 'deprecated') {
    return refuse('version-retiring', `v${from} is ${known.phase.kind}; its deadline is over.`);
  }
  return { kind: 'move-deadline', from: known.deadline, expectedRevision: revision };
};

const objections = (
  { deprecations }: EventTypeState,
  { eventType, from, to, deadline, vetoUntil }: AnnounceRequest,
  { brokerTime, topics }: AnnounceFacts,
): readonly RefusalReason[] => {
  const missing = [from, to].filter((version) => !topics.includes(version));
  const reasons: (RefusalReason | false)[] = [
    from === to && { code: 'successor-unfit', text: `v${from} cannot succeed itself. Name a newer version.` },
    deprecations.has(to) && {
      code: 'successor-unfit',
      text: `v${to} is deprecated itself, in favour of v${deprecations.get(to)?.successor}. Name that one.`,
    },
    missing.length > 0 && {
      code: 'topic-missing',
      text: `Expected the topics ${missing.map((one) => topicOf(eventType, one)).join(', ')} to exist, but they do not. Create them with \`baton topics apply\`.`,
    },
    deadline <= brokerTime && {
      code: 'deadline-over',
      text: `Expected a deadline after ${date(brokerTime)}, got ${date(deadline)}. Give the subscribers time.`,
    },
    vetoUntil !== undefined &&
      (vetoUntil <= brokerTime || vetoUntil > deadline) && {
        code: 'deadline-over',
        text: `Expected the time for vetoes to end between ${date(brokerTime)} and the deadline, got ${date(vetoUntil)}.`,
      },
  ];
  return reasons.filter((reason) => reason !== false);
};

export interface AnnounceDeps {
  readonly follower: ControlFollower;
  readonly offsets: LogOffsets;
  readonly clock: Clock;
}

export interface AnnounceResult {
  readonly kind: 'announced' | 'deadline-moved' | 'already-announced' | 'refused' | 'planned';
  readonly decision: AnnounceDecision;
  readonly because: readonly RefusalReason[];
  readonly deprecation: Deprecation | undefined;
}

/** Announces a deprecation, or moves its deadline. Safe to call again. */
export const announce = async (
  { follower, offsets, clock }: AnnounceDeps,
  request: AnnounceRequest,
  options: Signature & { readonly dryRun?: boolean },
): Promise<AnnounceResult> => {
  const { eventType, from, to, deadline, vetoUntil } = request;
  const result = (
    kind: AnnounceResult['kind'],
    decision: AnnounceDecision,
    because: readonly RefusalReason[] = [],
  ): AnnounceResult => ({
    kind,
    decision,
    because,
    deprecation: deprecationOf(follower.state(), eventType, from),
  });
  const found = await readTopics(offsets, { eventType, versions: [from, to] });
  const topics = found.flatMap(({ version, partitions }) => (partitions === undefined ? [] : [version]));
  for (let attempt = 1; ; attempt += 1) {
    await follower.catchUp();
    const facts = { brokerTime: Math.floor(clock.now()), topics };
    const decision = decideAnnounce(eventTypeState(follower.state(), eventType), request, facts);
    if (decision.kind === 'refuse') return result('refused', decision, decision.because);
    if (decision.kind === 'already-announced') return result('already-announced', decision);
    if (options.dryRun === true) return result('planned', decision);
    const { expectedRevision } = decision;
    const verdict = await appendJudged(
      follower,
      decision.kind === 'announce'
        ? {
            kind: 'announced',
            eventType,
            from,
            to,
            deadline,
            ...(vetoUntil === undefined ? {} : { vetoUntil }),
            expectedRevision,
          }
        : { kind: 'deadline-moved', eventType, version: from, deadline, expectedRevision },
      options,
    );
    if (verdict.kind === 'valid')
      return result(decision.kind === 'announce' ? 'announced' : 'deadline-moved', decision);
    if (attempt === attemptsAgainstOthers)
      return result('refused', decision, [{ code: 'entry-void', text: verdict.because }]);
  }
};
