import { boundSince, type Instant, instantFromMillis, lastSegment, type Version } from '@baton/core';
import type { BindFacts } from '../evidence/bind-facts';
import type { GroupState, Proposal } from '../log/state';
import {
  boundOtherwise,
  cautionsOf,
  notRegistered,
  objectionsToInstant,
  objectionsToMembers,
  objectionsToPositions,
  objectionsToTopics,
  versionBarred,
} from './bind-objections';
import type { BindRequest } from './bind-request';
import { type BindStep, nextBindStep } from './next-bind-step';
import type { Reason } from './reasons';
import { earliestSince, leadOf } from './timings';

/** What to propose; its id is drawn when it is. */
export interface BindProposal {
  readonly version: Version;
  readonly since: Instant;
  readonly decideBy: number;
  readonly lead: number;
  readonly expectedRevision: number;
}

/** What to do about a request: data, printed by a dry run. */
export type BindDecision =
  | { readonly kind: 'propose'; readonly proposal: BindProposal; readonly cautions: readonly Reason[] }
  | { readonly kind: 'already-bound'; readonly since: Instant }
  /** A proposal is open, of a run that died or is still at work: it is brought to its end first. */
  | { readonly kind: 'finish'; readonly proposal: Proposal; readonly next: BindStep }
  | { readonly kind: 'refuse'; readonly because: readonly Reason[]; readonly earliest: Instant };

/** The instant a request means: the one it names, else the earliest valid one after the last binding. */
export const instantOf = (
  state: GroupState,
  request: BindRequest,
  { brokerTime, timings }: Pick<BindFacts, 'brokerTime' | 'timings'>,
): Instant => {
  if (request.since !== undefined) return request.since;
  const earliest = earliestSince(brokerTime, timings);
  const last = state.timeline === undefined ? undefined : lastSegment(state.timeline).since;
  return last === undefined || last < earliest ? earliest : instantFromMillis(last + 1);
};

/**
 * Decides a request on what the log and the broker say. Pure; `by` is who asks, `barred` why the version is over for
 * the group, if it is.
 */
export const decideBind = (
  state: GroupState,
  request: BindRequest & { readonly by: string; readonly barred?: string | undefined },
  facts: BindFacts,
): BindDecision => {
  const earliest = earliestSince(facts.brokerTime, facts.timings);
  if (state.timeline === undefined) return { kind: 'refuse', because: [notRegistered(request)], earliest };
  if (state.open !== undefined) return finish(state, state.open, { by: request.by, facts });
  const bound = boundSince(state.timeline, request.version);
  if (bound !== undefined && (request.since === undefined || request.since === bound)) {
    return { kind: 'already-bound', since: bound };
  }
  const since = instantOf(state, request, facts);
  const because = [
    ...(request.barred === undefined ? [] : [versionBarred(request, request.barred)]),
    ...(bound === undefined ? [] : [boundOtherwise(request, bound)]),
    ...objectionsToInstant(state.timeline, since, earliest),
    ...objectionsToTopics(request, facts),
    ...objectionsToMembers(request, facts),
    ...objectionsToPositions(since, facts),
  ];
  if (because.length > 0) return { kind: 'refuse', because, earliest };
  const proposal = {
    version: request.version,
    since,
    decideBy: since + facts.timings.decisionMs,
    lead: leadOf(facts.timings),
    expectedRevision: state.revision,
  };
  return { kind: 'propose', proposal, cautions: cautionsOf(request, facts) };
};

const finish = (
  state: GroupState,
  proposal: Proposal,
  { by, facts }: { by: string; facts: BindFacts },
): BindDecision => ({
  kind: 'finish',
  proposal,
  next: nextBindStep(state, proposal.id, {
    by,
    brokerTime: facts.brokerTime,
    present: facts.group.members.map(({ memberId }) => memberId),
    passed: [],
  }),
});
