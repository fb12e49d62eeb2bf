import type { FetchedBatch, TopicPartition } from './records';

/** The partitions one member reads, by topic, ascending. */
export type Assignment = ReadonlyMap<string, readonly number[]>;

/** What the group's leader knows of a member when it assigns. */
export interface JoiningMember {
  readonly memberId: string;
  readonly topics: readonly string[];
  /** What the member said of itself when it joined; empty for a member without this library. */
  readonly metadata: string;
}

/** Distributes all partitions; pure. `partitionCounts` has every topic that any member subscribes to. */
export type Assignor = (
  members: readonly JoiningMember[],
  partitionCounts: ReadonlyMap<string, number>,
) => ReadonlyMap<string, Assignment>;

/** One membership between two rebalances. */
export interface Generation {
  readonly id: number;
  readonly memberId: string;
  readonly assignment: Assignment;
  /** Elapsed time of the clock when the request was sent whose success made this generation: the lease begins here. */
  readonly joinedAt: number;
}

/** An offset to commit: the next one to read. */
export interface OffsetToCommit extends TopicPartition {
  readonly offset: number;
  readonly metadata?: string;
}

/** A committed offset as the broker keeps it. */
export interface CommittedOffset extends TopicPartition {
  /** `undefined` if the group never committed here, or the offset has expired. */
  readonly offset: number | undefined;
  readonly metadata: string;
}

/** Called by the client. Nothing here may throw; `batch` may take long, the others return at once. */
export interface GroupListener {
  /** A new generation began; no batch of it is delivered before this returns. */
  joined(generation: Generation): void;
  /**
   * Handles what was fetched of one partition and says from where to fetch next. Batches of one partition come one
   * at a time, those of several partitions side by side. It may answer the fetched offset (nothing was handled).
   */
  batch(batch: FetchedBatch): Promise<{ readonly nextOffset: number }>;
  /** A heartbeat sent at `sentAt` (elapsed time of the clock) was answered with success. */
  heartbeat(sentAt: number): void;
  /**
   * The broker wants the group to join anew: finish the event in hand, commit, return from `batch`. The client joins
   * once this has resolved, or after a limit: until then the broker still takes commits of this generation.
   */
  rebalancing(): void | Promise<void>;
  /** The client gave up; it is not a member any more and will not come back by itself. */
  crashed(error: unknown): void;
}

/** Membership in one consumer group. */
export interface GroupMember {
  /** Joins and delivers until `stop`. Missing offsets begin at the earliest record, never at the latest. */
  start(listener: GroupListener): Promise<void>;
  /** Fetches nothing of these partitions until `resume`. */
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /** Stores offsets; rejects if `generationId` is not the current generation any more. */
  commit(generationId: number, offsets: readonly OffsetToCommit[]): Promise<void>;
  /** The group's committed offsets, asked from the broker. */
  committed(partitions: readonly TopicPartition[]): Promise<readonly CommittedOffset[]>;
  /** Leaves the group after the batches in hand have returned. Safe to call twice. */
  stop(): Promise<void>;
}

export interface GroupMemberOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly assignor: { readonly name: string; readonly assign: Assignor };
  /** What the other members learn of this one when it joins; asked at every join. */
  readonly metadata: () => string;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
}

/** Makes memberships; one call a consumer. */
export type GroupMemberFactory = (options: GroupMemberOptions) => GroupMember;
