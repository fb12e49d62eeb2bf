import type { PartitionEvidence } from '../evidence/bind-facts';
import {
  type DecidedProposal,
  type GroupState,
  outcomeOf,
  type Proposal,
  refusals,
  silentMembers,
} from '../log/state';
import { type Reason, recordPassed } from './reasons';

/** What the broker says at the moment, for the next step of a proposal. */
export interface StepFacts {
  /** Who takes the step. */
  readonly by: string;
  readonly brokerTime: number;
  /** The members of the group now. */
  readonly present: readonly string[];
  /** Where the group has committed past a record created at or after the instant. */
  readonly passed: readonly PartitionEvidence[];
}

/** What to do next about a proposal. */
export type BindStep =
  | { readonly kind: 'list' }
  | { readonly kind: 'confirm' }
  | { readonly kind: 'wait'; readonly silent: readonly string[] }
  | { readonly kind: 'withdraw'; readonly because: Reason }
  | { readonly kind: 'decided'; readonly proposal: DecidedProposal }
  | { readonly kind: 'never-made' };

/**
 * The next step of a proposal, whoever made it: a run that died at any point is gone on with from the log alone. A
 * list that comes too late is still logged, because it closes the proposal.
 */
export const nextBindStep = (group: GroupState, proposalId: string, facts: StepFacts): BindStep => {
  const outcome = outcomeOf(group, proposalId);
  if (outcome === undefined) return { kind: 'never-made' };
  if (outcome !== 'open') return { kind: 'decided', proposal: outcome };
  if (group.open === undefined) return { kind: 'never-made' };
  const proposal = group.open;
  const silent = silentMembers(proposal);
  const objection = objectionTo(proposal, silent ?? [], facts);
  if (objection !== undefined && mayWithdraw(proposal, facts))
    return { kind: 'withdraw', because: objection };
  if (silent === undefined) return { kind: 'list' };
  if (objection === undefined && silent.length === 0) return { kind: 'confirm' };
  return { kind: 'wait', silent };
};

const mayWithdraw = (proposal: Proposal, { by, brokerTime }: StepFacts): boolean =>
  by === proposal.by || brokerTime > proposal.decideBy;

const objectionTo = (
  proposal: Proposal,
  silent: readonly string[],
  { brokerTime, present, passed }: StepFacts,
): Reason | undefined => {
  const refused = refusals(proposal);
  if (refused.length > 0) return membersRefused(refused);
  const left = silent.filter((member) => !present.includes(member));
  if (left.length > 0) return membersLeft(left);
  if (passed.length > 0) return recordPassed(proposal.since, passed);
  return brokerTime > proposal.decideBy ? deadlinePassed(proposal, silent) : undefined;
};

const membersRefused = (refused: readonly { member: string; because: string }[]): Reason => ({
  code: 'members-refused',
  text: `${refused.map(({ member, because }) => `${member} refused: ${because}`).join('; ')}. Propose a later instant.`,
});

const membersLeft = (left: readonly string[]): Reason => ({
  code: 'members-left',
  text: `Expected an answer from ${left.join(', ')}, but it left the group. Bind again when the group has settled.`,
});

const deadlinePassed = (proposal: Proposal, silent: readonly string[]): Reason =>
  silent.length === 0
    ? {
        code: 'deadline-passed',
        text: `Nobody decided the proposal by ${new Date(proposal.decideBy).toISOString()}. Bind again.`,
      }
    : {
        code: 'members-silent',
        text: `Expected an answer from ${silent.join(', ')} by ${new Date(proposal.decideBy).toISOString()}, got none. Look at these members: they must run a release that follows the control log. Or stop the group, and bind it while it is empty.`,
      };
