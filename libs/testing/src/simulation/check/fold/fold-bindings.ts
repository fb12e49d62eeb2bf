import { type Entry, names, number, text } from './entry';
import {
  barred,
  type Effect,
  type FoldState,
  type GroupLine,
  groupLine,
  type Logged,
  type Proposal,
  voidBecause,
} from './state';

/** Registrations and proposals: entries that name their group. */
export const foldRegistered = (state: FoldState, entry: Entry): Effect => {
  const eventType = text(entry, 'eventType');
  const group = text(entry, 'group');
  const line = groupLine(state, group, eventType);
  const version = number(entry, 'defaultVersion');
  if (line.timeline.length > 0) return voidBecause('registered already');
  if (entry.eventKind === 'command' && hasOtherReceiver(state, eventType, group))
    return voidBecause('a command has one receiver');
  const bar = barred(state, eventType, group, version);
  if (bar !== undefined) return voidBecause(bar);
  line.timeline.push({ since: Number.NEGATIVE_INFINITY, version });
  line.sinceEntries.push(state.entries);
  line.revision += 1;
  return { kind: 'other' };
};

const hasOtherReceiver = (state: FoldState, eventType: string, group: string): boolean => {
  for (const line of state.groups.get(eventType)?.values() ?? [])
    if (line.group !== group && line.timeline.length > 0) return true;
  return false;
};

export const foldProposed = (state: FoldState, entry: Entry, logged: Logged): Effect => {
  const id = text(entry, 'proposal');
  if (state.proposals.has(id)) return voidBecause('the proposal id is taken');
  const line = groupLine(state, text(entry, 'group'), text(entry, 'eventType'));
  const proposal = proposalOf(entry, logged);
  const objection = objectionToProposal(state, line, { entry, proposal });
  if (objection !== undefined) return voidBecause(objection);
  line.open = proposal;
  line.revision += 1;
  state.proposals.set(id, proposal);
  return { kind: 'proposed', proposal };
};

const proposalOf = (entry: Entry, proposed: Logged): Proposal => ({
  id: text(entry, 'proposal'),
  group: text(entry, 'group'),
  eventType: text(entry, 'eventType'),
  version: number(entry, 'version'),
  since: number(entry, 'since'),
  decideBy: number(entry, 'decideBy'),
  lead: number(entry, 'lead'),
  by: text(entry, 'by'),
  proposed,
  listed: undefined,
  answers: new Map(),
  outcome: 'open',
  decided: undefined,
});

const objectionToProposal = (
  state: FoldState,
  line: GroupLine,
  { entry, proposal }: { entry: Entry; proposal: Proposal },
): string | undefined => {
  const last = line.timeline.at(-1);
  if (last === undefined) return 'the group is not registered';
  const bar = barred(state, line.eventType, line.group, proposal.version);
  if (bar !== undefined) return bar;
  if (line.open !== undefined) return 'another proposal is open';
  if (number(entry, 'expectedRevision') !== line.revision) return 'somebody else decided in between';
  if (proposal.proposed.at + proposal.lead >= proposal.since) return 'proposed too late';
  return proposal.since <= last.since ? 'not after the last binding' : undefined;
};

/** Lists, answers and decisions: entries that name a proposal. */
export const foldOnProposal = (state: FoldState, entry: Entry, logged: Logged): Effect => {
  const proposal = state.proposals.get(text(entry, 'proposal'));
  if (proposal === undefined) return voidBecause('no such proposal');
  if (proposal.outcome !== 'open') return voidBecause(`the proposal is ${proposal.outcome}`);
  const line = groupLine(state, proposal.group, proposal.eventType);
  switch (entry.kind) {
    case 'binding-listed':
      return list(line, proposal, { members: names(entry, 'members'), logged });
    case 'binding-acknowledged':
    case 'binding-refused':
      return answer(proposal, entry, logged);
    case 'binding-confirmed':
      return confirm(state, line, { proposal, logged });
    default:
      return withdraw(line, proposal, { by: text(entry, 'by'), logged });
  }
};

const list = (
  line: GroupLine,
  proposal: Proposal,
  { members, logged }: { members: readonly string[]; logged: Logged },
): Effect => {
  if (proposal.listed !== undefined) return voidBecause('listed already');
  if (logged.at >= proposal.since - proposal.lead) return decide(line, proposal, 'withdrawn', logged);
  proposal.listed = { logged, members: [...new Set(members)] };
  line.revision += 1;
  return { kind: 'listed', proposal };
};

const answer = (proposal: Proposal, entry: Entry, logged: Logged): Effect => {
  const member = text(entry, 'member');
  if (proposal.answers.get(member)?.kind === 'refused') return voidBecause('the member has refused');
  const kind = entry.kind === 'binding-refused' ? 'refused' : 'acknowledged';
  proposal.answers.set(member, { kind, member, logged });
  return { kind: 'answered', proposal };
};

const confirm = (
  state: FoldState,
  line: GroupLine,
  { proposal, logged }: { proposal: Proposal; logged: Logged },
): Effect => {
  const bar = barred(state, line.eventType, line.group, proposal.version);
  if (bar !== undefined) return voidBecause(bar);
  const objection = objectionToConfirming(proposal, logged);
  if (objection !== undefined) return voidBecause(objection);
  line.timeline.push({ since: proposal.since, version: proposal.version });
  line.sinceEntries.push(state.entries);
  return decide(line, proposal, 'confirmed', logged);
};

const objectionToConfirming = (proposal: Proposal, { at }: Logged): string | undefined => {
  const { listed, answers, decideBy } = proposal;
  if (listed === undefined) return 'the members are not listed';
  const refused = [...answers.values()].find(({ kind }) => kind === 'refused');
  if (refused !== undefined) return `${refused.member} refused`;
  const silent = listed.members.filter((member) => !answers.has(member));
  if (silent.length > 0) return `no answer from ${silent.join(', ')}`;
  return at > decideBy ? 'confirmed too late' : undefined;
};

const withdraw = (
  line: GroupLine,
  proposal: Proposal,
  { by, logged }: { by: string; logged: Logged },
): Effect =>
  logged.at <= proposal.decideBy && by !== proposal.by
    ? voidBecause(`only ${proposal.by} may withdraw it yet`)
    : decide(line, proposal, 'withdrawn', logged);

const decide = (
  line: GroupLine,
  proposal: Proposal,
  outcome: 'confirmed' | 'withdrawn',
  logged: Logged,
): Effect => {
  proposal.outcome = outcome;
  proposal.decided = logged;
  line.open = undefined;
  line.revision += 1;
  return { kind: 'decided', proposal };
};
