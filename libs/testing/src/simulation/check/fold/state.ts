import type { Segment } from '../rule';

/** A binding that the log proposed, and what became of it. */
export interface Proposal {
  readonly id: string;
  readonly group: string;
  readonly eventType: string;
  readonly version: number;
  readonly since: number;
  readonly decideBy: number;
  readonly lead: number;
  readonly by: string;
  readonly proposed: Logged;
  listed: { readonly logged: Logged; readonly members: readonly string[] } | undefined;
  readonly answers: Map<string, Answer>;
  outcome: 'open' | 'confirmed' | 'withdrawn';
  decided: Logged | undefined;
}

/** What a member said, and which entry says so. */
export interface Answer {
  readonly kind: 'acknowledged' | 'refused';
  readonly member: string;
  readonly logged: Logged;
}

/** Where an entry stands: its offset in the log, its log-append time, and its step of the history. */
export interface Logged {
  readonly offset: number;
  readonly at: number;
  readonly step: number;
  readonly process: string;
}

/** What the log says of a group and an event type. */
export interface GroupLine {
  readonly group: string;
  readonly eventType: string;
  /** Empty until the group has registered; only ever grows at its end. */
  readonly timeline: Segment[];
  /** Since which number of entries each segment is there. */
  readonly sinceEntries: number[];
  revision: number;
  open: Proposal | undefined;
}

/** What the log says of one deprecated version. */
export interface Deprecation {
  readonly version: number;
  deadline: number;
  readonly vetoUntil: number | undefined;
  readonly vetoes: Map<string, number>;
  readonly allowed: Set<string>;
  phase: 'deprecated' | 'retiring' | 'writes-refused' | 'retired';
  attempts: number;
  publishers: Set<string>;
  /** Which entry says that a publisher writes the version no more, in this attempt. */
  acknowledged: Map<string, Logged>;
  completed: boolean;
  /** Set once the version is final. */
  ends: readonly number[] | undefined;
  finalAt: Logged | undefined;
  /** By group: whether it dropped the version early, and by which entry. */
  readonly dropped: Map<string, { readonly early: boolean; readonly by: Logged }>;
}

/** What the log says of an event type. */
export interface TypeLine {
  readonly eventType: string;
  revision: number;
  readonly deprecations: Map<number, Deprecation>;
}

/** What an entry did: nothing (`void`, with the reason), or a step of the proposal it is about. */
export type Effect =
  | { readonly kind: 'void'; readonly because: string }
  | { readonly kind: 'proposed' | 'answered' | 'decided' | 'listed'; readonly proposal: Proposal }
  | { readonly kind: 'other' };

/** Everything the log says, up to an entry. */
export interface FoldState {
  /** By event type, then group. */
  readonly groups: Map<string, Map<string, GroupLine>>;
  readonly types: Map<string, TypeLine>;
  readonly proposals: Map<string, Proposal>;
  entries: number;
}

/** The state of an empty log. */
export const emptyFold = (): FoldState => ({
  groups: new Map(),
  types: new Map(),
  proposals: new Map(),
  entries: 0,
});

export const voidBecause = (because: string): Effect => ({ kind: 'void', because });

/** The line of a group; made empty where there is none. */
export const groupLine = (state: FoldState, group: string, eventType: string): GroupLine => {
  let ofType = state.groups.get(eventType);
  if (ofType === undefined) {
    ofType = new Map();
    state.groups.set(eventType, ofType);
  }
  let line = ofType.get(group);
  if (line === undefined) {
    line = { group, eventType, timeline: [], sinceEntries: [], revision: 0, open: undefined };
    ofType.set(group, line);
  }
  return line;
};

/** The line of an event type; made empty where there is none. */
export const typeLine = (state: FoldState, eventType: string): TypeLine => {
  let line = state.types.get(eventType);
  if (line === undefined) {
    line = { eventType, revision: 0, deprecations: new Map() };
    state.types.set(eventType, line);
  }
  return line;
};

/** The timeline as a reader of the first `entries` entries has it. */
export const timelineAfter = (line: GroupLine, entries: number): readonly Segment[] => {
  let length = 0;
  while (length < line.timeline.length && (line.sinceEntries[length] ?? Infinity) <= entries) length += 1;
  return length === line.timeline.length ? line.timeline : line.timeline.slice(0, length);
};

/** Why a group cannot be bound to a version any more. */
export const barred = (
  state: FoldState,
  eventType: string,
  group: string,
  version: number,
): string | undefined => {
  const deprecation = state.types.get(eventType)?.deprecations.get(version);
  if (deprecation === undefined) return undefined;
  if (deprecation.phase !== 'deprecated') return `v${version} is over`;
  return deprecation.dropped.has(group) ? `the group has dropped v${version}` : undefined;
};
