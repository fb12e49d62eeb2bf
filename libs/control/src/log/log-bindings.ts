import { BatonError } from '@baton/core';
import {
  type BindingSource,
  type Clock,
  type GroupBindings,
  type GroupRegistration,
  type Logger,
  type ProposalAnswer,
  silentLogger,
} from '@baton/messaging';
import type { ControlLog } from '../ports/log';
import { sign, type UnsignedEntry } from './entries';
import { withdrawExpired } from './expire-proposals';
import { type ControlFollower, followControlLog } from './follow-log';
import { type GroupState, groupState, type Proposal } from './state';

export interface LogBindingsDeps {
  /** Taken over: it is followed and closed here. */
  readonly log: ControlLog;
  readonly group: string;
  /** Who signs the entries: the name of this instance. */
  readonly by: string;
  /**
   * Lease plus margin of this member, in milliseconds. A proposal that leaves less than that is refused: members
   * that were not listed could still be at work when its instant comes.
   */
  readonly lead: number;
  /** Times the withdrawal of proposals that nobody decides. */
  readonly clock: Clock;
  readonly logger?: Logger;
}

/** Bindings as the control log has them. Members that follow the same log agree; there is nothing to compare. */
export const createLogBindings = ({
  log,
  group,
  by,
  lead,
  clock,
  logger = silentLogger,
}: LogBindingsDeps): BindingSource => {
  const follower = followControlLog({ log, logger });
  const expiry = withdrawExpired({ follower, group, by, clock, logger });
  const of = (eventType: string): GroupState => groupState(follower.state(), group, eventType);
  const append = (entry: UnsignedEntry, reason: string): Promise<unknown> =>
    follower.append(sign(entry, { by, reason }));
  return {
    agreement: { key: `log:${log.id}`, preference: 0 },
    catchUp: follower.catchUp,
    register: (registration) => register({ follower, group, of, append }, registration),
    of: (eventType) => bindingsOf(of(eventType)),
    onChange: (listener) => onGroupChange(follower, group, listener),
    answer: async (proposalId, memberId, answer) => {
      const proposal = openProposal(follower, group, proposalId);
      if (proposal === undefined) {
        logger.debug({ proposal: proposalId, memberId }, 'the proposal is decided already');
        return;
      }
      await append(answerEntry(proposal, memberId, guarded(answer, proposal, lead)), 'proposal answered');
    },
    close: async () => {
      expiry.stop();
      await follower.close();
    },
  };
};

interface RegisterDeps {
  readonly follower: ControlFollower;
  readonly group: string;
  of(eventType: string): GroupState;
  append(entry: UnsignedEntry, reason: string): Promise<unknown>;
}

/** Two members may find the group unregistered at once: both append, the first entry counts, both read it back. */
const register = async (
  { follower, group, of, append }: RegisterDeps,
  { eventType, defaultVersion, handles }: GroupRegistration,
): Promise<void> => {
  await follower.catchUp();
  if (of(eventType).registration !== undefined) return;
  await append(
    { kind: 'group-registered', group, eventType, defaultVersion, handles: [...handles] },
    'first start',
  );
  await follower.catchUp();
  if (of(eventType).registration !== undefined) return;
  throw new BatonError(
    'log-entry-void',
    `Expected group "${group}" to be registered for ${eventType} after its entry was stored, but the log ${follower.logId} has none. Start again.`,
  );
};

const bindingsOf = ({ timeline, open }: GroupState): GroupBindings => ({
  timeline,
  proposal: open === undefined ? undefined : { id: open.id, since: open.since, version: open.version },
});

const onGroupChange = (follower: ControlFollower, group: string, listener: () => void): (() => void) =>
  follower.onEntry((after, before) => {
    for (const [key, now] of after.groups) {
      const was = before.groups.get(key);
      if (now.group === group && (now.timeline !== was?.timeline || now.open !== was?.open))
        return listener();
    }
  });

const openProposal = (follower: ControlFollower, group: string, id: string): Proposal | undefined =>
  [...follower.state().groups.values()].find((one) => one.group === group && one.open?.id === id)?.open;

const guarded = (answer: ProposalAnswer, proposal: Proposal, lead: number): ProposalAnswer =>
  answer.kind === 'refused' || proposal.lead >= lead
    ? answer
    : {
        kind: 'refused',
        because: `Expected a proposal with a lead of at least ${lead} ms (lease and margin of this member), got ${proposal.lead} ms. Bind with the same lease and margin as the members.`,
      };

const answerEntry = (proposal: Proposal, member: string, answer: ProposalAnswer): UnsignedEntry =>
  answer.kind === 'acknowledged'
    ? { kind: 'binding-acknowledged', proposal: proposal.id, member }
    : { kind: 'binding-refused', proposal: proposal.id, member, because: answer.because };
