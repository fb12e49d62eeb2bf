import type { CommandDocument } from './command';

/** What `baton status` says; `null` stands for what is not known or not there. */
export interface StatusDocument extends CommandDocument {
  readonly eventTypes: readonly EventTypeStatus[];
}

export interface EventTypeStatus {
  readonly eventType: string;
  /** By version; a topic that does not exist is left out. */
  readonly topics: Readonly<Record<string, { readonly partitions: number; readonly end: readonly number[] }>>;
  readonly groups: readonly GroupRow[];
  readonly publishers: readonly {
    readonly instance: string;
    readonly versions: readonly number[];
    readonly at: string;
  }[];
}

export interface GroupRow {
  readonly group: string;
  /** The broker's word: Empty, Stable, … */
  readonly state: string;
  readonly members: number;
  /** The version that counts from now on; `null` for a group that has not registered. */
  readonly version: number | null;
  /** Since when that version counts; `null` if it is not the one the group is bound to. There is one for each version from 2. */
  readonly [boundTo: `BoundToV${number}Since`]: string | null;
  readonly timeline: readonly { readonly since: string; readonly version: number }[];
  readonly proposal: {
    readonly id: string;
    readonly version: number;
    readonly since: string;
    readonly decideBy: string;
  } | null;
  /** By version. */
  readonly versions: Readonly<
    Record<string, { readonly committed: readonly (number | null)[]; readonly lag: number | null }>
  >;
  readonly drained: 'yes' | 'no' | 'unknown';
  readonly because: readonly string[];
}
