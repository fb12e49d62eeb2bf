import type { EntryLine } from './types';

/** Since when which version counts; instants in milliseconds, the first minus infinity. */
export type Bindings = readonly { readonly since: number; readonly version: number }[];

interface Proposal {
  readonly id: string;
  readonly by: string;
  readonly since: number;
  readonly version: number;
  readonly decideBy: number;
  readonly lead: number;
  listed: readonly string[] | undefined;
  readonly acknowledged: Set<string>;
  refused: boolean;
}

interface Group {
  bindings: { since: number; version: number }[];
  revision: number;
  open: Proposal | undefined;
  readonly ids: Set<string>;
}

interface Entry {
  readonly kind: string;
  readonly by: string;
  readonly group: string;
  readonly eventType: string;
  readonly proposal: string;
  readonly version: number;
  readonly defaultVersion: number;
  readonly since: number;
  readonly decideBy: number;
  readonly lead: number;
  readonly expectedRevision: number;
  readonly members: readonly string[];
  readonly member: string;
}

/** What the control log decided, worked out anew from the protocol; it shares no code with the fold under audit. */
export interface Decisions {
  readonly bindings: ReadonlyMap<string, Bindings>;
  /** Proposals that nobody decided. */
  readonly open: readonly string[];
}

/** The name of a group's bindings for an event type. */
export const streamOf = (group: string, eventType: string): string => `${group} ${eventType}`;

export const decisionsOf = (entries: readonly EntryLine[]): Decisions => {
  const groups = new Map<string, Group>();
  const byProposal = new Map<string, Group>();
  for (const { at, value } of [...entries].sort((a, b) => a.offset - b.offset)) {
    const entry = value as Entry;
    const group =
      entry.group === undefined
        ? byProposal.get(entry.proposal)
        : groupOf(groups, streamOf(entry.group, entry.eventType));
    if (group === undefined) continue;
    apply(group, entry, at);
    if (group.open !== undefined) byProposal.set(group.open.id, group);
  }
  return {
    bindings: new Map([...groups].map(([stream, { bindings }]) => [stream, bindings])),
    open: [...groups].filter(([, { open }]) => open !== undefined).map(([stream]) => stream),
  };
};

const groupOf = (groups: Map<string, Group>, stream: string): Group => {
  const known = groups.get(stream) ?? { bindings: [], revision: 0, open: undefined, ids: new Set() };
  groups.set(stream, known);
  return known;
};

const apply = (group: Group, entry: Entry, at: number): void => {
  if (entry.kind === 'group-registered') register(group, entry);
  else if (entry.kind === 'binding-proposed') propose(group, entry, at);
  else if (group.open !== undefined && group.open.id === entry.proposal) carry(group, group.open, entry, at);
};

const register = (group: Group, { defaultVersion }: Entry): void => {
  if (group.bindings.length > 0) return;
  group.bindings.push({ since: Number.NEGATIVE_INFINITY, version: defaultVersion });
  group.revision += 1;
};

const propose = (group: Group, entry: Entry, at: number): void => {
  const last = group.bindings.at(-1);
  if (last === undefined || group.open !== undefined || entry.expectedRevision !== group.revision) return;
  if (at + entry.lead >= entry.since || entry.since <= last.since) return;
  const { proposal: id, by, since, version, decideBy, lead } = entry;
  if (group.ids.has(id)) return;
  group.ids.add(id);
  group.open = {
    ...{ id, by, since, version, decideBy, lead },
    listed: undefined,
    acknowledged: new Set(),
    refused: false,
  };
  group.revision += 1;
};

const carry = (group: Group, open: Proposal, entry: Entry, at: number): void => {
  const decide = (): void => {
    group.open = undefined;
    group.revision += 1;
  };
  switch (entry.kind) {
    case 'binding-listed':
      if (open.listed !== undefined) return;
      if (at >= open.since - open.lead) decide();
      else {
        open.listed = entry.members;
        group.revision += 1;
      }
      return;
    case 'binding-acknowledged':
      open.acknowledged.add(entry.member);
      return;
    case 'binding-refused':
      open.refused = true;
      return;
    case 'binding-withdrawn':
      if (at > open.decideBy || entry.by === open.by) decide();
      return;
    case 'binding-confirmed':
      if (open.refused || at > open.decideBy || !open.listed?.every((one) => open.acknowledged.has(one)))
        return;
      group.bindings.push({ since: open.since, version: open.version });
      decide();
  }
};

/** The version that counts, by the rule as the design states it. */
export const responsible = (
  bindings: Bindings,
  { createdAt, published }: { readonly createdAt: number; readonly published: string },
): number => {
  const versions = published.split(',').map(Number);
  const named = bindings.findLast(({ since }) => since <= createdAt)?.version ?? Number.NaN;
  const below = versions.filter((version) => version <= named);
  return below.length > 0 ? Math.max(...below) : Math.min(...versions);
};
