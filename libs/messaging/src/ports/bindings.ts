import type { EventKind, Instant, Timeline, Version } from '@baton/core';

/** A binding that was proposed for this group and is not decided yet. */
export interface OpenProposal {
  readonly id: string;
  readonly since: Instant;
  readonly version: Version;
}

/** What is known of one group and event type. `timeline` is `undefined` until the group has registered. */
export interface GroupBindings {
  readonly timeline: Timeline | undefined;
  readonly proposal: OpenProposal | undefined;
  /** The deprecated versions of the event type; left out where nobody announces any. */
  readonly deprecated?: ReadonlyMap<Version, VersionDeprecation>;
}

/** Until when a version is published at least, and what comes after it. */
export interface VersionDeprecation {
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly successor: Version;
}

/** The answer of one member to a proposal. */
export type ProposalAnswer =
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'refused'; readonly because: string };

/** What a group says of itself when it registers for an event type. */
export interface GroupRegistration {
  readonly eventType: string;
  /** An event has any number of groups, a command one. */
  readonly kind: EventKind;
  /** The version that counts until the first binding. */
  readonly defaultVersion: Version;
  /** The versions it has handlers or upcasts for, and reads. */
  readonly handles: readonly Version[];
}

/** Where a group's timelines come from: the control log, or a static configuration. */
export interface BindingSource {
  /**
   * How members of the group compare: those whose sources disagree never own partitions together. `preference`
   * orders disagreeing sides; the smallest one gets the partitions.
   */
  readonly agreement: { readonly key: string; readonly preference: number };
  /** Reads to the end of what is decided at the time of the call. */
  catchUp(): Promise<void>;
  /** Records the group's default timeline at its first registration; later calls change nothing that is recorded. */
  register(registration: GroupRegistration): Promise<void>;
  of(eventType: string): GroupBindings;
  /** Calls back after every change; returns how to stop. */
  onChange(listener: () => void): () => void;
  answer(proposalId: string, memberId: string, answer: ProposalAnswer): Promise<void>;
  /** Checks and explains what a commit says about the timeline it was made under; only static sources do. */
  readonly commitMetadata?: CommitMetadata;
  close(): Promise<void>;
}

/** How a static source keeps members with different timelines apart: commits carry the timeline. */
export interface CommitMetadata {
  /** What to store with a commit made at `at`, whose newest passed record was created at `newestPassed`. */
  write(eventType: string, at: number, newestPassed: Instant): string;
  /** The newest creation passed, as such a text says; the beginning of time if it says nothing. */
  newestPassed(metadata: string): Instant;
  /** Why this member may not go on from a commit with `metadata`; `undefined` if it may. */
  objection(eventType: string, metadata: string): string | undefined;
}
