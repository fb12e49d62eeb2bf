import type { Version } from '@baton/core';
import {
  type BindingSource,
  type Clock,
  type GroupBindings,
  type Logger,
  type ProposalAnswer,
  silentLogger,
} from '@baton/messaging';
import { readPresence } from '../evidence/presence';
import type { ControlLog, PresenceStore } from '../ports/log';
import { sign, type UnsignedEntry } from './entries';
import { withdrawExpired } from './expire-proposals';
import { type ControlFollower, followControlLog } from './follow-log';
import { type LivePublisher, registerGroup } from './register-group';
import { type ControlState, type GroupState, groupKey, groupState, type Proposal } from './state';

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
  /** Lets a new group read nothing but deprecated versions; the log keeps that it insisted. */
  readonly allowDeprecated?: boolean;
  /** Lets a new group begin with this version although publishers of only older ones live; the log keeps it. */
  readonly fromVersion?: Version;
  /** Asked for the publishers that live when the group registers; without it, nobody is asked. */
  readonly presence?: () => PresenceStore;
  readonly logger?: Logger;
}

/** Bindings as the control log has them. Members that follow the same log agree; there is nothing to compare. */
export const createLogBindings = ({
  log,
  group,
  by,
  lead,
  clock,
  allowDeprecated = false,
  fromVersion,
  presence,
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
    register: (registration) =>
      registerGroup(
        {
          follower,
          group,
          allowDeprecated,
          fromVersion,
          publishersOf: presence && livePublishers(presence),
          append,
        },
        registration,
      ),
    of: bindingsByType(follower, of),
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

const livePublishers =
  (presence: () => PresenceStore) =>
  async (eventType: string): Promise<readonly LivePublisher[]> => {
    const store = presence();
    try {
      const { publishers } = await readPresence(store);
      return publishers.map(({ instance, publishes }) => ({
        instance,
        versions: publishes[eventType] ?? [],
      }));
    } finally {
      await store.close();
    }
  };

const bindingsOf = (state: ControlState, { eventType, timeline, open }: GroupState): GroupBindings => ({
  timeline,
  proposal: open === undefined ? undefined : { id: open.id, since: open.since, version: open.version },
  deprecated: deprecatedOf(state, eventType),
});

/** A consumer asks several times for each record, and the state hardly ever changes. */
const bindingsByType = (
  follower: ControlFollower,
  of: (eventType: string) => GroupState,
): BindingSource['of'] => {
  let read = new Map<string, GroupBindings>();
  let readOf: ControlState | undefined;
  return (eventType) => {
    const state = follower.state();
    if (readOf !== state) {
      read = new Map();
      readOf = state;
    }
    const known = read.get(eventType) ?? bindingsOf(state, of(eventType));
    read.set(eventType, known);
    return known;
  };
};

const nothingDeprecated: ReadonlyMap<Version, { deadline: number; successor: Version }> = new Map();

/** What a reader of deprecated versions is to be told. */
const deprecatedOf = (state: ControlState, eventType: string): typeof nothingDeprecated => {
  const deprecations = state.eventTypes.get(eventType)?.deprecations;
  if (deprecations === undefined || deprecations.size === 0) return nothingDeprecated;
  return new Map(
    [...deprecations].map(([version, { deadline, successor }]) => [version, { deadline, successor }]),
  );
};

/** Looks at the one group that an entry is about: a log is long, and so is the list of all groups. */
const onGroupChange = (follower: ControlFollower, group: string, listener: () => void): (() => void) =>
  follower.onEntry((after, before) => {
    const changed = after.touched === undefined ? undefined : after.groups.get(after.touched);
    if (changed?.group === group) {
      const was = before.groups.get(groupKey(group, changed.eventType));
      if (changed.timeline !== was?.timeline || changed.open !== was?.open) return listener();
    }
    if (after.eventTypes !== before.eventTypes && deprecationsDiffer(group, after, before)) listener();
  });

const deprecationsDiffer = (group: string, after: ControlState, before: ControlState): boolean =>
  [...after.groups.values()].some(
    (one) =>
      one.group === group &&
      after.eventTypes.get(one.eventType)?.deprecations !==
        before.eventTypes.get(one.eventType)?.deprecations,
  );

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
