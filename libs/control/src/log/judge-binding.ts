import { bind, defaultTimeline, formatInstant, instantFromMillis, lastSegment } from '@baton/core';
import type { EntryOf } from './entries';
import {
  type DecidedProposal,
  type GroupState,
  type MemberAnswer,
  type Proposal,
  refusals,
  silentMembers,
} from './state';

/** What an entry does to its group: nothing, with the reason, or this much. */
export type Judgement =
  | { readonly kind: 'void'; readonly because: string }
  | { readonly kind: 'valid'; readonly next: GroupState };

/** When an entry was logged, and what in the rest of the log stands against its version. */
interface Circumstances {
  readonly at: number;
  readonly barred: string | undefined;
}

const no = (because: string): Judgement => ({ kind: 'void', because });

/** A valid entry that decides something: it raises the revision. */
const decision = (group: GroupState, change: Partial<GroupState>): Judgement => ({
  kind: 'valid',
  next: { ...group, ...change, revision: group.revision + 1 },
});

/** A valid entry that decides nothing: it may come at any revision. */
const evidence = (group: GroupState, change: Partial<GroupState>): Judgement => ({
  kind: 'valid',
  next: { ...group, ...change },
});

/** Says that somebody asks for a binding; its log-append time is the broker's clock for who asks. */
export const judgeRequested = (group: GroupState): Judgement => evidence(group, {});

/** The first registration counts, and fixes the default timeline for good. */
export const judgeGroupRegistered = (
  group: GroupState,
  entry: EntryOf<'group-registered'>,
  { at, barred }: Circumstances,
): Judgement => {
  if (group.registration !== undefined) return no('the group is registered already');
  if (barred !== undefined) return no(barred);
  const { defaultVersion, handles, by } = entry;
  return decision(group, {
    registration: { defaultVersion, handles, at, by },
    timeline: defaultTimeline(defaultVersion),
  });
};

/** Opens a proposal, if the group can still be asked in time and nothing was decided since the proposer looked. */
export const judgeProposed = (
  group: GroupState,
  entry: EntryOf<'binding-proposed'>,
  { at, barred }: Circumstances,
): Judgement => {
  if (group.timeline === undefined) return no('the group is not registered');
  if (barred !== undefined) return no(barred);
  if (group.open !== undefined) return no(`proposal ${group.open.id} is open`);
  if (entry.expectedRevision !== group.revision) {
    return no(`expected revision ${entry.expectedRevision}, but it is ${group.revision}`);
  }
  if (at + entry.lead >= entry.since) {
    return no(`too late: logged at ${time(at)}, not ${entry.lead} ms before ${time(entry.since)}`);
  }
  const last = lastSegment(group.timeline);
  if (entry.since <= last.since) return no(`not after the last binding, ${formatInstant(last.since)}`);
  return decision(group, { open: openProposal(entry, at) });
};

const openProposal = (entry: EntryOf<'binding-proposed'>, at: number): Proposal => ({
  id: entry.proposal,
  version: entry.version,
  since: instantFromMillis(entry.since),
  decideBy: entry.decideBy,
  lead: entry.lead,
  proposedAt: at,
  by: entry.by,
  listed: undefined,
  answers: new Map(),
});

/** Fixes who must acknowledge. Logged too late it closes the proposal: a member may be past the instant already. */
export const judgeListed = (group: GroupState, entry: EntryOf<'binding-listed'>, at: number): Judgement => {
  const proposal = openOf(group, entry.proposal);
  if (typeof proposal === 'string') return no(proposal);
  if (proposal.listed !== undefined) return no('the members are listed already');
  if (at >= proposal.since - proposal.lead) {
    const because = `the members were listed too late: at ${time(at)}, not ${proposal.lead} ms before ${time(proposal.since)}`;
    return decide(group, proposal, { outcome: 'withdrawn', decidedAt: at, because });
  }
  return decision(group, { open: { ...proposal, listed: [...new Set(entry.members)] } });
};

/** Takes a member's answer, at any revision, listed or not yet. A refusal is never taken back. */
export const judgeAnswer = (
  group: GroupState,
  entry: EntryOf<'binding-acknowledged'> | EntryOf<'binding-refused'>,
  at: number,
): Judgement => {
  const proposal = openOf(group, entry.proposal);
  if (typeof proposal === 'string') return no(proposal);
  if (proposal.answers.get(entry.member)?.kind === 'refused') return no('the member has refused');
  const answers = new Map(proposal.answers).set(entry.member, answerOf(entry, at));
  return evidence(group, { open: { ...proposal, answers } });
};

const answerOf = (
  entry: EntryOf<'binding-acknowledged'> | EntryOf<'binding-refused'>,
  at: number,
): MemberAnswer =>
  entry.kind === 'binding-refused'
    ? { kind: 'refused', at, because: entry.because }
    : { kind: 'acknowledged', at };

/** Binds, if every listed member promised not to pass the instant and it is not too late. */
export const judgeConfirmed = (
  group: GroupState,
  entry: EntryOf<'binding-confirmed'>,
  { at, barred }: Circumstances,
): Judgement => {
  const proposal = openOf(group, entry.proposal);
  if (typeof proposal === 'string') return no(proposal);
  if (barred !== undefined) return no(barred);
  if (group.timeline === undefined) return no('the group is not registered');
  const silent = silentMembers(proposal);
  if (silent === undefined) return no('the members are not listed');
  const [refused] = refusals(proposal);
  if (refused !== undefined) return no(`member ${refused.member} refused: ${refused.because}`);
  if (silent.length > 0) return no(`no answer from ${silent.join(', ')}`);
  if (at > proposal.decideBy) return no(`too late: logged at ${time(at)}, after ${time(proposal.decideBy)}`);
  const timeline = bind(group.timeline, { since: proposal.since, version: proposal.version });
  const outcome = {
    outcome: 'confirmed',
    decidedAt: at,
    because: 'every listed member acknowledged',
  } as const;
  return decide({ ...group, timeline }, proposal, outcome);
};

/** Gives a proposal up. Who made it may do so at any time, everybody once it cannot be confirmed any more. */
export const judgeWithdrawn = (
  group: GroupState,
  entry: EntryOf<'binding-withdrawn'>,
  { at, unsealed }: { readonly at: number; readonly unsealed: string | undefined },
): Judgement => {
  const proposal = openOf(group, entry.proposal);
  if (typeof proposal === 'string') return no(proposal);
  const isOpen = at <= proposal.decideBy;
  if (isOpen && entry.by !== proposal.by) {
    return no(`only ${proposal.by} may withdraw it until ${time(proposal.decideBy)}`);
  }
  if (isOpen && unsealed !== undefined) return no(unsealed);
  return decide(group, proposal, { outcome: 'withdrawn', decidedAt: at, because: entry.because });
};

const openOf = (group: GroupState, id: string): Proposal | string => {
  if (group.open?.id === id) return group.open;
  const decided = group.decided.find((proposal) => proposal.id === id);
  return decided === undefined ? 'no valid entry proposed it' : `the proposal is ${decided.outcome}`;
};

const decide = (
  group: GroupState,
  proposal: Proposal,
  outcome: Pick<DecidedProposal, 'outcome' | 'decidedAt' | 'because'>,
): Judgement =>
  decision(group, { open: undefined, decided: [...group.decided, { ...proposal, ...outcome }] });

const time = (millis: number): string => new Date(millis).toISOString();
