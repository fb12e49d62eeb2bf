import { boundSince, type Instant, type Timeline, type Version } from '@baton/core';
import type { BindFacts } from '../evidence/bind-facts';
import { type GroupState, type MemberAnswer, outcomeOf } from '../log/state';
import type { BindRun } from './bind-run';
import type { BindDecision } from './decide-bind';
import type { Reason } from './reasons';

/** What was decided, and on what. */
export interface DecidedOn {
  readonly decision: BindDecision;
  readonly facts: BindFacts;
}

/** One proposal of a run, made by it or found open, and what became of it. */
export interface BindAttempt {
  readonly proposal: string;
  readonly outcome: 'confirmed' | 'withdrawn' | 'void';
  readonly because: string;
  readonly version?: Version;
  readonly since?: Instant;
  readonly proposedAt?: number;
  readonly decidedAt?: number;
  readonly listed?: readonly string[];
  readonly answers: readonly (MemberAnswer & { readonly member: string })[];
}

/** How a run ended, with all its evidence. */
export interface BindResult {
  /** `planned`: a dry run; `withdrawn`: asked for, but not every member promised in time. */
  readonly kind: 'bound' | 'already-bound' | 'refused' | 'withdrawn' | 'planned';
  readonly group: string;
  readonly eventType: string;
  readonly version: Version;
  /** Since when the group is bound to the version, if it is. */
  readonly since: Instant | undefined;
  readonly because: readonly Reason[];
  readonly attempts: readonly BindAttempt[];
  readonly timeline: Timeline | undefined;
  /** The last decision of the run, and the facts it was made on. */
  readonly decision: BindDecision;
  readonly facts: BindFacts;
}

/** Sums a run up; `tried` are the ids of its proposals. */
export const bindResult = (
  run: BindRun,
  { decision, facts }: DecidedOn,
  tried: readonly string[],
): BindResult => {
  const state = run.state();
  const { group, eventType, version } = run.request;
  const attempts = tried.map((id) => attemptOf(state, id));
  const since = state.timeline === undefined ? undefined : boundSince(state.timeline, version);
  const kind = run.options.dryRun === true ? 'planned' : kindOf(decision, attempts, version);
  const because = becauseOf(decision, kind === 'withdrawn' ? attempts.at(-1) : undefined);
  return {
    kind,
    group,
    eventType,
    version,
    since,
    because,
    attempts,
    timeline: state.timeline,
    decision,
    facts,
  };
};

const kindOf = (
  decision: BindDecision,
  attempts: readonly BindAttempt[],
  version: Version,
): BindResult['kind'] => {
  if (decision.kind === 'already-bound') {
    const done = attempts.some((one) => one.outcome === 'confirmed' && one.version === version);
    return done ? 'bound' : 'already-bound';
  }
  return attempts.some((one) => one.outcome !== 'confirmed') ? 'withdrawn' : 'refused';
};

const becauseOf = (decision: BindDecision, last: BindAttempt | undefined): readonly Reason[] => [
  ...(last === undefined
    ? []
    : [
        {
          code: last.outcome === 'void' ? ('entry-void' as const) : ('withdrawn' as const),
          text: last.because,
        },
      ]),
  ...(decision.kind === 'refuse' ? decision.because : []),
];

const attemptOf = (state: GroupState, id: string): BindAttempt => {
  const decided = outcomeOf(state, id);
  if (decided === undefined || decided === 'open') {
    return { proposal: id, outcome: 'void', because: whyVoid(state, id), answers: [] };
  }
  const { outcome, because, version, since, proposedAt, decidedAt, listed, answers } = decided;
  return {
    proposal: id,
    outcome,
    because,
    version,
    since,
    proposedAt,
    decidedAt,
    ...(listed === undefined ? {} : { listed }),
    answers: [...answers].map(([member, answer]) => ({ member, ...answer })),
  };
};

const whyVoid = (state: GroupState, id: string): string => {
  const judged = state.history.find(
    ({ entry }) => entry.kind === 'binding-proposed' && entry.proposal === id,
  );
  return judged?.verdict.kind === 'void' ? judged.verdict.because : 'the log has no such proposal';
};
