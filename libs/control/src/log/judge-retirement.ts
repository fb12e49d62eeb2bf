import { formatInstant, lastSegment, type Version } from '@baton/core';
import { type Certificate, type CertificateAbout, verifyCertificate } from './certificate';
import {
  type Deprecation,
  type EventTypeState,
  type Retirement,
  silentPublishers,
  versionsOver,
  vetoesAt,
} from './deprecation-state';
import type { EntryOf } from './entries';
import { type DeprecationJudgement, decision, no, noted, outdated, time } from './judge-deprecation';
import type { GroupState } from './state';

/**
 * Begins to retire a version, if nothing in the log speaks against it at that moment; what the log cannot know is in
 * the certificate. While publishers are still asked, the same entry lists further ones.
 */
export const judgeRetiring = (
  state: EventTypeState,
  entry: EntryOf<'retiring'>,
  { at, groups }: { at: number; groups: readonly GroupState[] },
): DeprecationJudgement => {
  const deprecation = state.deprecations.get(entry.version);
  if (deprecation === undefined) return no(`nobody announced the deprecation of v${entry.version}`);
  const late = outdated(state, entry);
  if (late !== undefined) return no(late);
  const { phase } = deprecation;
  if (phase.kind === 'retiring') return listMore(state, deprecation, { entry, retirement: phase.retirement });
  if (phase.kind !== 'deprecated') return no(`v${entry.version} is ${phase.kind}`);
  const objection =
    objectionToRetiring(deprecation, { at, groups, over: versionsOver(state) }) ?? doubt(entry, 'stop');
  if (objection !== undefined) return no(objection);
  const attempt = deprecation.attempts + 1;
  const retirement: Retirement = {
    attempt,
    since: at,
    by: entry.by,
    publishers: [...new Set(entry.publishers)],
    acknowledged: new Map(),
    certificate: entry.certificate,
    completeAt: undefined,
    writes: undefined,
  };
  return decision(state, {
    ...deprecation,
    attempts: attempt,
    phase: { kind: 'retiring', retirement: completed(retirement, at) },
  });
};

const completed = (retirement: Retirement, at: number): Retirement =>
  retirement.completeAt === undefined && silentPublishers(retirement).length === 0
    ? { ...retirement, completeAt: at }
    : retirement;

const listMore = (
  state: EventTypeState,
  deprecation: Deprecation,
  { entry, retirement }: { entry: EntryOf<'retiring'>; retirement: Retirement },
): DeprecationJudgement => {
  const publishers = [...new Set([...retirement.publishers, ...entry.publishers])];
  if (publishers.length === retirement.publishers.length) return no(`v${entry.version} is retiring already`);
  return decision(state, {
    ...deprecation,
    phase: { kind: 'retiring', retirement: { ...retirement, publishers } },
  });
};

const objectionToRetiring = (
  deprecation: Deprecation,
  { at, groups, over }: { at: number; groups: readonly GroupState[]; over: ReadonlySet<Version> },
): string | undefined => {
  const { deadline, version } = deprecation;
  if (at < deadline) return `the deadline is ${time(deadline)}: logged at ${time(at)}`;
  const [veto] = vetoesAt(deprecation, at);
  if (veto !== undefined) return `group ${veto.group} has a veto until ${time(veto.until)}`;
  return groups
    .filter(({ group }) => !deprecation.dropped.has(group))
    .map((group) => notPast(group, version, { at, over }))
    .find((because) => because !== undefined);
};

/**
 * Why a group is not bound past a version at a broker time; `undefined` if it is, or is not registered. A group that
 * is bound to a version that is `over` falls back on others, so it is past none.
 */
export const notPast = (
  { group, timeline, open }: GroupState,
  version: Version,
  { at, over }: { at: number; over: ReadonlySet<Version> },
): string | undefined => {
  if (timeline === undefined) return undefined;
  if (open?.version === version) return `a binding of group ${group} to v${version} is proposed`;
  const last = lastSegment(timeline);
  if (last.version === version) return `group ${group} is bound to v${version}`;
  if (over.has(last.version)) return `group ${group} is bound to v${last.version}, which is over`;
  return last.since > at
    ? `group ${group} is bound to v${last.version} only from ${formatInstant(last.since)} on`
    : undefined;
};

/** Takes the word of a publisher that it writes the version no more; of any, listed or not. */
export const judgeRetiringAcknowledged = (
  state: EventTypeState,
  { version, publisher, attempt }: EntryOf<'retiring-acknowledged'>,
  at: number,
): DeprecationJudgement => {
  const running = retiringOf(state, version);
  if (typeof running === 'string') return no(running);
  const { deprecation, retirement } = running;
  if (attempt !== retirement.attempt)
    return no(`it answers attempt ${attempt}, this is ${retirement.attempt}`);
  if (retirement.acknowledged.has(publisher)) return no(`${publisher} has acknowledged already`);
  const acknowledged = new Map(retirement.acknowledged).set(publisher, at);
  return noted(state, {
    ...deprecation,
    phase: { kind: 'retiring', retirement: completed({ ...retirement, acknowledged }, at) },
  });
};

/**
 * Gives an attempt up, as long as a listed publisher has been silent all the time: once none was, writes may be refused
 * at the broker, and stay so if another publisher is listed.
 */
export const judgeRetiringWithdrawn = (
  state: EventTypeState,
  entry: EntryOf<'retiring-withdrawn'>,
): DeprecationJudgement => {
  const running = retiringOf(state, entry.version);
  if (typeof running === 'string') return no(running);
  const late = outdated(state, entry);
  if (late !== undefined) return no(late);
  const { completeAt } = running.retirement;
  if (completeAt !== undefined) {
    return no(
      `every listed publisher had acknowledged at ${time(completeAt)}: writes may be refused already`,
    );
  }
  return decision(state, { ...running.deprecation, phase: { kind: 'deprecated' } });
};

/** Records that nobody can write the version any more, or that somebody took it upon himself. */
export const judgeWritesRefused = (
  state: EventTypeState,
  { version, how }: EntryOf<'writes-refused'>,
  at: number,
): DeprecationJudgement => {
  const running = retiringOf(state, version);
  if (typeof running === 'string') return no(running);
  const { deprecation, retirement } = running;
  const silent = silentPublishers(retirement);
  if (silent.length > 0) return no(`no acknowledgement from ${silent.join(', ')}`);
  const phase = { kind: 'writes-refused' as const, retirement: { ...retirement, writes: { how, at } } };
  return decision(state, { ...deprecation, phase });
};

const retiringOf = (
  state: EventTypeState,
  version: Version,
): { deprecation: Deprecation; retirement: Retirement } | string => {
  const deprecation = state.deprecations.get(version);
  if (deprecation === undefined) return `nobody announced the deprecation of v${version}`;
  const { phase } = deprecation;
  return phase.kind === 'retiring'
    ? { deprecation, retirement: phase.retirement }
    : `v${version} is ${phase.kind}, not retiring`;
};

/** Ends a version: its ends are fixed for ever. */
export const judgeFinal = (
  state: EventTypeState,
  entry: EntryOf<'final'>,
  at: number,
): DeprecationJudgement => {
  const deprecation = state.deprecations.get(entry.version);
  if (deprecation === undefined) return no(`nobody announced the deprecation of v${entry.version}`);
  const { phase } = deprecation;
  if (phase.kind === 'retired') return no(`v${entry.version} is retired already`);
  if (phase.kind !== 'writes-refused') return no(`writes to v${entry.version} are not refused`);
  const doubtful = doubt(entry, 'final');
  if (doubtful !== undefined) return no(doubtful);
  const { ends, by, certificate } = entry;
  return decision(state, {
    ...deprecation,
    phase: { kind: 'retired', retirement: phase.retirement, final: { ends, at, by, certificate } },
  });
};

/** Records that a group reads the version no more: after its end on evidence, before it on somebody's word. */
export const judgeDropped = (
  state: EventTypeState,
  entry: EntryOf<'dropped'>,
  { at, groups }: { at: number; groups: readonly GroupState[] },
): DeprecationJudgement => {
  const { version, group, early, by, certificate } = entry;
  const deprecation = state.deprecations.get(version);
  if (deprecation === undefined) return no(`nobody announced the deprecation of v${version}`);
  if (deprecation.dropped.has(group)) return no(`group ${group} has dropped v${version} already`);
  const own = groups.find((one) => one.group === group);
  if (own?.timeline === undefined) return no(`group ${group} is not registered`);
  if (!early && deprecation.phase.kind !== 'retired')
    return no(`v${version} is not retired: its end is not known`);
  const over = new Set([...versionsOver(state)].filter((one) => one !== version));
  const objection = early ? undefined : notPast(own, version, { at, over });
  const doubtful = objection ?? doubt(entry, 'drop');
  if (doubtful !== undefined) return no(doubtful);
  const dropped = new Map(deprecation.dropped).set(group, { group, early, at, by, certificate });
  return decision(state, { ...deprecation, dropped });
};

/** Why a certificate does not carry its entry; an early drop is never `safe`, and needs none that says so. */
const doubt = (
  entry: {
    readonly eventType: string;
    readonly version: Version;
    readonly group?: string;
    readonly early?: boolean;
    readonly certificate: Certificate;
  },
  question: CertificateAbout['question'],
): string | undefined => {
  const { about, verdict } = entry.certificate;
  const same =
    about.question === question &&
    about.eventType === entry.eventType &&
    about.version === entry.version &&
    about.group === entry.group;
  if (!same) return 'the certificate is about something else';
  if (!verifyCertificate(entry.certificate)) return 'the certificate does not match its digest';
  return verdict === 'safe' || entry.early === true ? undefined : `the certificate says ${verdict}`;
};
