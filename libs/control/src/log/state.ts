import type { Instant, Timeline, Version } from '@baton/core';
import type { EventTypeState } from './deprecation-state';
import type { ControlEntry } from './entries';

/** What a member said to a proposal. Once it has refused, it stays refused. */
export type MemberAnswer =
  | { readonly kind: 'acknowledged'; readonly at: number }
  | { readonly kind: 'refused'; readonly at: number; readonly because: string };

/** A binding that was proposed, as far as it has come. */
export interface Proposal {
  readonly id: string;
  readonly version: Version;
  readonly since: Instant;
  /** Until when (broker time) it can be confirmed. */
  readonly decideBy: number;
  /** How long before `since` the members must be listed: lease and margin, in milliseconds. */
  readonly lead: number;
  readonly proposedAt: number;
  readonly by: string;
  /** The members that must acknowledge; `undefined` until they are listed. */
  readonly listed: readonly string[] | undefined;
  readonly answers: ReadonlyMap<string, MemberAnswer>;
}

/** A proposal and what became of it. */
export interface DecidedProposal extends Proposal {
  readonly outcome: 'confirmed' | 'withdrawn';
  readonly decidedAt: number;
  readonly because: string;
}

/** Whether an entry counts. A void one changes nothing but the history. */
export type Validity = { readonly kind: 'valid' } | { readonly kind: 'void'; readonly because: string };

/** An entry of the log and what the fold made of it. */
export interface JudgedEntry {
  readonly offset: number;
  readonly at: number;
  readonly entry: ControlEntry;
  readonly verdict: Validity;
}

/** What a group said when it first registered for an event type. */
export interface RecordedRegistration {
  readonly defaultVersion: Version;
  readonly handles: readonly Version[];
  readonly at: number;
  readonly by: string;
}

/** Everything the log says of one group and one event type. */
export interface GroupState {
  readonly group: string;
  readonly eventType: string;
  readonly registration: RecordedRegistration | undefined;
  /** `undefined` until the group has registered. */
  readonly timeline: Timeline | undefined;
  /** How many valid entries decided something: all but requests and the members' answers. */
  readonly revision: number;
  readonly open: Proposal | undefined;
  readonly decided: readonly DecidedProposal[];
  readonly history: readonly JudgedEntry[];
}

/** What one publisher said it publishes. */
export interface PublisherState {
  readonly publisher: string;
  readonly eventType: string;
  readonly versions: readonly Version[];
  readonly at: number;
}

/** An entry that belongs to no group: unknown, malformed, or about a proposal that was never made. */
export interface Stray {
  readonly offset: number;
  readonly at: number;
  readonly kind: 'unknown' | 'malformed' | 'no-such-proposal';
  readonly because: string;
}

/** The control log, folded: the same for every reader that has read as far. */
export interface ControlState {
  /** By `groupKey`. */
  readonly groups: ReadonlyMap<string, GroupState>;
  /** The group that the newest entry is about, by `groupKey`; `undefined` if it is about none. */
  readonly touched: string | undefined;
  /** By publisher and event type. */
  readonly publishers: ReadonlyMap<string, PublisherState>;
  /** What is deprecated, by event type. */
  readonly eventTypes: ReadonlyMap<string, EventTypeState>;
  /** Which group a proposal is about: `groupKey` by proposal id. */
  readonly proposals: ReadonlyMap<string, string>;
  readonly strays: readonly Stray[];
  /** How many entries were read, and how many of them are void. */
  readonly entries: number;
  readonly voids: number;
  /** The newest log-append time; `undefined` before the first entry. */
  readonly newest: number | undefined;
}

/** Under which name the state keeps a group's bindings for an event type. */
export const groupKey = (group: string, eventType: string): string => `${eventType} ${group}`;

/** The state of an empty log. */
export const emptyState: ControlState = {
  groups: new Map(),
  touched: undefined,
  publishers: new Map(),
  eventTypes: new Map(),
  proposals: new Map(),
  strays: [],
  entries: 0,
  voids: 0,
  newest: undefined,
};

/** What the log says of a group and an event type; of one it never heard of: nothing, at revision 0. */
export const groupState = (state: ControlState, group: string, eventType: string): GroupState =>
  state.groups.get(groupKey(group, eventType)) ?? {
    group,
    eventType,
    registration: undefined,
    timeline: undefined,
    revision: 0,
    open: undefined,
    decided: [],
    history: [],
  };

/** Another group than `group` that is registered for an event type; of a command, its receiver. */
export const receiverOf = (state: ControlState, eventType: string, group: string): string | undefined =>
  [...state.groups.values()].find(
    (one) => one.eventType === eventType && one.group !== group && one.registration !== undefined,
  )?.group;

/** What became of a proposal: its outcome, `open`, or `undefined` if no valid entry proposed it. */
export const outcomeOf = (group: GroupState, proposalId: string): DecidedProposal | 'open' | undefined => {
  if (group.open?.id === proposalId) return 'open';
  return group.decided.find((proposal) => proposal.id === proposalId);
};

/** Every listed member that has not answered yet; `undefined` while nobody is listed. */
export const silentMembers = (proposal: Proposal): readonly string[] | undefined =>
  proposal.listed?.filter((member) => !proposal.answers.has(member));

/** The members that refused, listed or not. */
export const refusals = (
  proposal: Proposal,
): readonly { readonly member: string; readonly because: string }[] =>
  [...proposal.answers].flatMap(([member, answer]) =>
    answer.kind === 'refused' ? [{ member, because: answer.because }] : [],
  );
