import type { LoggedEntry } from '../ports/log';
import { bindingBarred } from './deprecation-state';
import type { ControlEntry, EntryOf } from './entries';
import { parseEntry } from './entries';
import { applyToEventType, type DeprecationEntry, isDeprecationEntry } from './fold-deprecation';
import {
  type Judgement,
  judgeAnswer,
  judgeConfirmed,
  judgeGroupRegistered,
  judgeListed,
  judgeProposed,
  judgeRequested,
  judgeWithdrawn,
} from './judge-binding';
import {
  type ControlState,
  emptyState,
  type GroupState,
  groupKey,
  groupState,
  type JudgedEntry,
  receiverOf,
  type Stray,
} from './state';
import { withEntry } from './table';

/**
 * Adds one entry to what the log said so far. Pure, and it knows no time but the log-append times, so all readers
 * come to the same state; an entry that breaks a rule is void and changes nothing but the history.
 */
export const applyEntry = (state: ControlState, logged: LoggedEntry): ControlState => {
  const seen = {
    ...state,
    entries: state.entries + 1,
    touched: undefined,
    newest: Math.max(state.newest ?? logged.at, logged.at),
  };
  const parsed = parseEntry(logged.value);
  if (parsed.kind !== 'entry') return stray(seen, logged, parsed);
  if (parsed.entry.kind === 'publisher-registered') return registerPublisher(seen, parsed.entry, logged.at);
  if (parsed.entry.kind === 'key-adopted' || parsed.entry.kind === 'key-changed')
    return logged.unsealed === undefined ? seen : { ...seen, voids: seen.voids + 1 };
  if (isDeprecationEntry(parsed.entry)) return applyToEventType(seen, logged, parsed.entry);
  return applyToGroup(seen, logged, parsed.entry);
};

/** Folds a whole log, or what follows a state. */
export const foldEntries = (
  entries: Iterable<LoggedEntry>,
  from: ControlState = emptyState,
): ControlState => {
  let state = from;
  for (const entry of entries) state = applyEntry(state, entry);
  return state;
};

const stray = (
  state: ControlState,
  { offset, at }: LoggedEntry,
  { kind, because }: Pick<Stray, 'kind' | 'because'>,
): ControlState => ({
  ...state,
  voids: state.voids + 1,
  strays: [...state.strays, { offset, at, kind, because }],
});

/** Says which versions a publisher writes; the newest word counts. */
const registerPublisher = (
  state: ControlState,
  { publisher, eventType, versions }: EntryOf<'publisher-registered'>,
  at: number,
): ControlState => ({
  ...state,
  publishers: withEntry(state.publishers, `${eventType} ${publisher}`, {
    publisher,
    eventType,
    versions,
    at,
  }),
});

type GroupEntry = Exclude<
  ControlEntry,
  EntryOf<'publisher-registered' | 'key-adopted' | 'key-changed'> | DeprecationEntry
>;

const applyToGroup = (state: ControlState, logged: LoggedEntry, entry: GroupEntry): ControlState => {
  const key = keyOf(state, entry);
  const group = key === undefined ? undefined : (state.groups.get(key) ?? newGroup(state, entry));
  if (key === undefined || group === undefined) {
    const because = `${entry.kind} names a proposal that was never made`;
    return stray(state, logged, { kind: 'no-such-proposal', because });
  }
  const judgement = judge(state, group, { entry, at: logged.at, unsealed: logged.unsealed });
  return {
    ...state,
    voids: state.voids + (judgement.kind === 'void' ? 1 : 0),
    proposals: proposalsAfter(state, key, { entry, judgement }),
    groups: withEntry(state.groups, key, remember(group, judgement, { ...logged, entry })),
    touched: key,
  };
};

const keyOf = (state: ControlState, entry: GroupEntry): string | undefined =>
  'group' in entry ? groupKey(entry.group, entry.eventType) : state.proposals.get(entry.proposal);

const newGroup = (state: ControlState, entry: GroupEntry): GroupState | undefined =>
  'group' in entry ? groupState(state, entry.group, entry.eventType) : undefined;

const judge = (
  state: ControlState,
  group: GroupState,
  { entry, at, unsealed }: { entry: GroupEntry; at: number; unsealed: string | undefined },
): Judgement => {
  if (unsealed !== undefined && entry.kind !== 'binding-withdrawn')
    return { kind: 'void', because: unsealed };
  switch (entry.kind) {
    case 'group-registered':
      return judgeGroupRegistered(group, entry, { at, barred: registrationBarred(state, entry) });
    case 'binding-requested':
      return judgeRequested(group);
    case 'binding-proposed':
      if (state.proposals.has(entry.proposal)) return { kind: 'void', because: 'the proposal id is taken' };
      return judgeProposed(group, entry, { at, barred: bindingBarred(state, group, entry.version) });
    case 'binding-listed':
      return judgeListed(group, entry, at);
    case 'binding-acknowledged':
    case 'binding-refused':
      return judgeAnswer(group, entry, at);
    case 'binding-confirmed':
      return judgeConfirmed(group, entry, {
        at,
        barred: group.open === undefined ? undefined : bindingBarred(state, group, group.open.version),
      });
    case 'binding-withdrawn':
      return judgeWithdrawn(group, entry, { at, unsealed });
  }
};

/** Why a group cannot register: its version is over, or somebody else receives the command. */
const registrationBarred = (
  state: ControlState,
  { group, eventType, defaultVersion, eventKind }: EntryOf<'group-registered'>,
): string | undefined => {
  const receiver = eventKind === 'command' ? receiverOf(state, eventType, group) : undefined;
  return receiver === undefined
    ? bindingBarred(state, { group, eventType }, defaultVersion)
    : `group ${receiver} receives the command`;
};

const proposalsAfter = (
  state: ControlState,
  key: string,
  { entry, judgement }: { entry: GroupEntry; judgement: Judgement },
): ControlState['proposals'] =>
  entry.kind === 'binding-proposed' && judgement.kind === 'valid'
    ? withEntry(state.proposals, entry.proposal, key)
    : state.proposals;

const remember = (
  group: GroupState,
  judgement: Judgement,
  { offset, at, entry }: Omit<JudgedEntry, 'verdict'>,
): GroupState => {
  const verdict: JudgedEntry['verdict'] =
    judgement.kind === 'void' ? { kind: 'void', because: judgement.because } : { kind: 'valid' };
  const next = judgement.kind === 'void' ? group : judgement.next;
  return { ...next, history: [...group.history, { offset, at, entry, verdict }] };
};
