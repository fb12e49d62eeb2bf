import { type Deprecation, type EventTypeState, vetoesAt } from './deprecation-state';
import type { EntryOf } from './entries';

/** What an entry does to its event type: nothing, with the reason, or this much. */
export type DeprecationJudgement =
  | { readonly kind: 'void'; readonly because: string }
  | { readonly kind: 'valid'; readonly next: EventTypeState };

export const no = (because: string): DeprecationJudgement => ({ kind: 'void', because });

/** A valid entry that changes what others may decide: it raises the revision. */
export const decision = (state: EventTypeState, changed: Deprecation): DeprecationJudgement => ({
  kind: 'valid',
  next: { ...withDeprecation(state, changed), revision: state.revision + 1 },
});

/** A valid entry that decides nothing: it may come at any revision. */
export const noted = (state: EventTypeState, changed: Deprecation): DeprecationJudgement => ({
  kind: 'valid',
  next: withDeprecation(state, changed),
});

const withDeprecation = (state: EventTypeState, changed: Deprecation): EventTypeState => ({
  ...state,
  deprecations: new Map(state.deprecations).set(changed.version, changed),
});

/** Why an entry comes too late for what was decided since its writer looked; `undefined` if it does not. */
export const outdated = (
  { revision }: EventTypeState,
  { expectedRevision }: { readonly expectedRevision: number },
): string | undefined =>
  expectedRevision === revision ? undefined : `expected revision ${expectedRevision}, but it is ${revision}`;

/** Opens the window of a version. It is announced once; its deadline can move. */
export const judgeAnnounced = (
  state: EventTypeState,
  entry: EntryOf<'announced'>,
  at: number,
): DeprecationJudgement => {
  const { from, to, deadline, vetoUntil, by, reason } = entry;
  if (state.deprecations.has(from)) return no(`the deprecation of v${from} is announced already`);
  const late = outdated(state, entry);
  if (late !== undefined) return no(late);
  if (from === to) return no('a version cannot succeed itself');
  if (state.deprecations.has(to)) return no(`v${to} is deprecated itself`);
  if (deadline <= at) return no(`the deadline ${time(deadline)} is over: logged at ${time(at)}`);
  if (vetoUntil !== undefined && (vetoUntil <= at || vetoUntil > deadline)) {
    return no(`vetoes must end after ${time(at)} and by the deadline, not at ${time(vetoUntil)}`);
  }
  return decision(state, {
    eventType: state.eventType,
    version: from,
    successor: to,
    announcedAt: at,
    by,
    reason,
    deadline,
    vetoUntil,
    vetoes: new Map(),
    allowed: new Map(),
    phase: { kind: 'deprecated' },
    attempts: 0,
    dropped: new Map(),
  });
};

/** Gives the readers of a version more time, never less. */
export const judgeDeadlineMoved = (
  state: EventTypeState,
  entry: EntryOf<'deadline-moved'>,
): DeprecationJudgement => {
  const open = openDeprecation(state, entry);
  if (typeof open === 'string') return no(open);
  const late = outdated(state, entry);
  if (late !== undefined) return no(late);
  if (entry.deadline <= open.deadline) {
    return no(`the deadline is ${time(open.deadline)} and can only move later`);
  }
  return decision(state, { ...open, deadline: entry.deadline });
};

/** Takes an objection, at any revision: it must not be lost because somebody else decided something. */
export const judgeVetoed = (
  state: EventTypeState,
  { group, until, by, reason, ...entry }: EntryOf<'vetoed'>,
  at: number,
): DeprecationJudgement => {
  const open = openDeprecation(state, entry);
  if (typeof open === 'string') return no(open);
  if (open.vetoUntil !== undefined && at >= open.vetoUntil) {
    return no(`vetoes were possible until ${time(open.vetoUntil)}`);
  }
  if (until <= at) return no(`the veto ended at ${time(until)}, before it was logged`);
  const standing = vetoesAt(open, at).find((veto) => veto.group === group);
  // anybody may object, but only who decides may take an objection back
  if (standing !== undefined && until < standing.until)
    return no(`the veto stands until ${time(standing.until)}; withdraw it to end it earlier`);
  const veto = { group, until, at, by, reason };
  return decision(state, { ...open, vetoes: new Map(open.vetoes).set(group, veto) });
};

/** Takes an objection back. */
export const judgeVetoWithdrawn = (
  state: EventTypeState,
  { group, ...entry }: EntryOf<'veto-withdrawn'>,
  at: number,
): DeprecationJudgement => {
  const open = openDeprecation(state, entry);
  if (typeof open === 'string') return no(open);
  if (!vetoesAt(open, at).some((veto) => veto.group === group)) {
    return no(`group ${group} has no veto in force`);
  }
  const vetoes = new Map(open.vetoes);
  vetoes.delete(group);
  return decision(state, { ...open, vetoes });
};

/** Records that a new group insists on a deprecated version. */
export const judgeAllowed = (
  state: EventTypeState,
  { group, ...entry }: EntryOf<'deprecated-allowed'>,
  at: number,
): DeprecationJudgement => {
  const open = openDeprecation(state, entry);
  if (typeof open === 'string') return no(open);
  if (open.allowed.has(group)) return no(`group ${group} is allowed to read it already`);
  return noted(state, { ...open, allowed: new Map(open.allowed).set(group, at) });
};

const openDeprecation = (
  state: EventTypeState,
  { version }: { readonly version: Deprecation['version'] },
): Deprecation | string => {
  const deprecation = state.deprecations.get(version);
  if (deprecation === undefined) return `nobody announced the deprecation of v${version}`;
  switch (deprecation.phase.kind) {
    case 'deprecated':
      return deprecation;
    case 'retiring':
    case 'writes-refused':
      return `v${version} is retiring`;
    case 'retired':
      return `v${version} is retired`;
  }
};

export const time = (millis: number): string => new Date(millis).toISOString();
