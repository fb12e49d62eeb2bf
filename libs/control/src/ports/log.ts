import type { EntryKind } from '../log/entries';

/** An entry with the place and the broker time at which it was appended. */
export interface LoggedEntry {
  readonly offset: number;
  /** Log-append time: broker time in milliseconds since 1970. */
  readonly at: number;
  /** What was appended, parsed from JSON; `undefined` if it was not JSON. */
  readonly value: unknown;
  /** Why a deciding entry has no seal that holds; only where a migration key is configured. */
  readonly unsealed?: string;
}

/** The single-partition topic `baton.control`, seen as a log that only grows. */
export interface ControlLog {
  /** Which log this is: members that follow different ones must not own partitions together. */
  readonly id: string;
  /** Appends one entry (as JSON); resolves once it is stored for good. */
  append(value: unknown): Promise<{ readonly offset: number; readonly at: number }>;
  /**
   * Delivers every entry from the first one on, in order, until `close`. Resolves once it has begun. Rejects if it
   * cannot begin, having delivered nothing, and may then be called again; once it has begun, no more.
   */
  follow(listener: (entry: LoggedEntry) => void): Promise<void>;
  /** Throws `not-authorized` if this process cannot append such an entry so that it counts; left out where it can. */
  assertMayAppend?(kind: EntryKind): void;
  /** The id of the key that decisions need a seal of by now, if they need one; left out where there is no key. */
  sealedWith?(): string | undefined;
  /** Resolves once the listener has seen every entry that was stored when this was called. */
  catchUp(): Promise<void>;
  close(): Promise<void>;
}

/** `baton.presence`: a compacted topic, one live value for each instance. */
export interface PresenceStore {
  put(instance: string, value: unknown): Promise<void>;
  remove(instance: string): Promise<void>;
  /** The newest value of every instance, read to the end of the topic. */
  all(): Promise<ReadonlyMap<string, { readonly at: number; readonly value: unknown }>>;
  close(): Promise<void>;
}

/** What the broker says about a consumer group. */
export interface GroupDescription {
  readonly group: string;
  readonly state: 'Empty' | 'Stable' | 'PreparingRebalance' | 'CompletingRebalance' | 'Dead' | 'Unknown';
  readonly members: readonly {
    readonly memberId: string;
    readonly clientId: string;
    readonly host: string;
    /** What it subscribes to; left out or empty where the broker does not say, as during a rebalance. */
    readonly topics?: readonly string[];
    /** What it said of itself when it joined; empty for a member without this library. */
    readonly metadata?: string;
  }[];
}

/** Asks the broker about groups. */
export interface GroupReader {
  describe(group: string): Promise<GroupDescription>;
  /** Committed offsets by topic, then partition; `undefined` where nothing is committed. */
  committed(
    group: string,
    topics: readonly string[],
  ): Promise<ReadonlyMap<string, readonly (number | undefined)[]>>;
  list(): Promise<readonly string[]>;
}
