import type { Version } from '@baton/core';
import type { Certificate } from './certificate';
import type { EntryOf } from './entries';
import type { ControlState, JudgedEntry } from './state';

/** An objection of a group; in force until it is withdrawn or `until` has come. */
export interface Veto {
  readonly group: string;
  readonly until: number;
  readonly at: number;
  readonly by: string;
  readonly reason: string;
}

/** How far the retirement of a version has come. */
export type RetirementPhase =
  | { readonly kind: 'deprecated' }
  | { readonly kind: 'retiring' | 'writes-refused'; readonly retirement: Retirement }
  | { readonly kind: 'retired'; readonly retirement: Retirement; readonly final: Final };

/** An attempt to retire a version. */
export interface Retirement {
  /** Which attempt it is, from 1. */
  readonly attempt: number;
  readonly since: number;
  readonly by: string;
  /** The instances that must acknowledge. */
  readonly publishers: readonly string[];
  /** When each acknowledged, listed or not. */
  readonly acknowledged: ReadonlyMap<string, number>;
  readonly certificate: Certificate;
  /**
   * When no listed publisher was silent for the first time. A script may have refused writes at the broker from then
   * on, and that cannot be told from the log; so the attempt can not be given up any more, whoever is listed later.
   */
  readonly completeAt: number | undefined;
  /** `undefined` until writes to the topic are refused, or somebody took it upon himself that they are not. */
  readonly writes: { readonly how: 'acl' | 'override'; readonly at: number } | undefined;
}

/** Where a version ended. */
export interface Final {
  readonly ends: readonly number[];
  readonly at: number;
  readonly by: string;
  readonly certificate: Certificate;
}

/** A group that reads a version no more. */
export interface Dropped {
  readonly group: string;
  readonly early: boolean;
  readonly at: number;
  readonly by: string;
  readonly certificate: Certificate;
}

/** Everything the log says of one deprecated version. */
export interface Deprecation {
  readonly eventType: string;
  readonly version: Version;
  readonly successor: Version;
  readonly announcedAt: number;
  readonly by: string;
  readonly reason: string;
  readonly deadline: number;
  readonly vetoUntil: number | undefined;
  /** By group, ended ones too. */
  readonly vetoes: ReadonlyMap<string, Veto>;
  /** Groups that insisted on reading it although it was deprecated, and when. */
  readonly allowed: ReadonlyMap<string, number>;
  readonly phase: RetirementPhase;
  /** How often somebody began to retire it. */
  readonly attempts: number;
  /** By group. */
  readonly dropped: ReadonlyMap<string, Dropped>;
}

/** What the log says of an event type, besides its groups. */
export interface EventTypeState {
  readonly eventType: string;
  /** How many valid entries changed a deprecation: all but allowances and acknowledgements. */
  readonly revision: number;
  readonly deprecations: ReadonlyMap<Version, Deprecation>;
  readonly history: readonly JudgedEntry[];
}

/** What the log says of an event type; of one it never heard of: nothing, at revision 0. */
export const eventTypeState = (state: ControlState, eventType: string): EventTypeState =>
  state.eventTypes.get(eventType) ?? { eventType, revision: 0, deprecations: new Map(), history: [] };

/** The deprecation of a version; `undefined` if nobody announced one. */
export const deprecationOf = (
  state: ControlState,
  eventType: string,
  version: Version,
): Deprecation | undefined => state.eventTypes.get(eventType)?.deprecations.get(version);

/** The versions that retire or are retired. */
export const versionsOver = ({ deprecations }: EventTypeState): ReadonlySet<Version> =>
  new Set(
    [...deprecations.values()]
      .filter(({ phase }) => phase.kind !== 'deprecated')
      .map(({ version }) => version),
  );

/** The vetoes in force at a broker time. */
export const vetoesAt = ({ vetoes }: Deprecation, at: number): readonly Veto[] =>
  [...vetoes.values()].filter(({ until }) => at < until);

/** The last entry that gave an attempt to retire a version up; `undefined` if none did. */
export const lastWithdrawal = (
  state: ControlState,
  eventType: string,
  version: Version,
): EntryOf<'retiring-withdrawn'> | undefined =>
  eventTypeState(state, eventType)
    .history.flatMap(({ entry, verdict }) =>
      entry.kind === 'retiring-withdrawn' && entry.version === version && verdict.kind === 'valid'
        ? [entry]
        : [],
    )
    .at(-1);

/** The listed publishers that have not acknowledged yet. */
export const silentPublishers = ({ publishers, acknowledged }: Retirement): readonly string[] =>
  publishers.filter((publisher) => !acknowledged.has(publisher));

/** Why a group can not be bound to a version any more; `undefined` if it can. */
export const bindingBarred = (
  state: ControlState,
  { group, eventType }: { group: string; eventType: string },
  version: Version,
): string | undefined => {
  const deprecation = deprecationOf(state, eventType, version);
  if (deprecation === undefined) return undefined;
  if (deprecation.phase.kind === 'retired') return `v${version} is retired`;
  if (deprecation.phase.kind !== 'deprecated') return `v${version} is retiring`;
  return deprecation.dropped.has(group) ? `the group has dropped v${version}` : undefined;
};

/** Every entry of the log about an event type, oldest first: its audit trail. */
export const auditTrail = (state: ControlState, eventType: string): readonly JudgedEntry[] =>
  [
    ...eventTypeState(state, eventType).history,
    ...[...state.groups.values()].filter((one) => one.eventType === eventType).flatMap((one) => one.history),
  ].sort((a, b) => a.offset - b.offset);
