import type { Version } from '@baton/core';
import type { Deprecation } from '../log/deprecation-state';
import type { GroupState } from '../log/state';
import type { SourceUsage, TopicUsage } from '../ports/usage-reader';
import type { Drained } from '../status/drained';

/** Something that was seen at a broker time, or why nobody knows. */
export type Fact<T> =
  | { readonly kind: 'seen'; readonly value: T; readonly at: number }
  | { readonly kind: 'absent'; readonly because: string };

/** A fact about something that need not exist, as an outbox: then somebody has to say so. */
export type OptionalFact<T> = Fact<T> | { readonly kind: 'none-configured' };

/** Wraps what was seen. */
export const seen = <T>(value: T, at: number): Fact<T> => ({ kind: 'seen', value, at });

/** Says that something is not known. */
export const absent = (because: string): { readonly kind: 'absent'; readonly because: string } => ({
  kind: 'absent',
  because,
});

/** A member of a group, as the broker and presence have it. */
export interface MemberFact {
  readonly memberId: string;
  readonly host: string;
  /** `yes` if it said, when it joined, that it follows this control log. */
  readonly library: 'yes' | 'unknown';
}

/** A registered group, seen by who wants to stop or drop a version. */
export interface GroupFacts {
  readonly group: string;
  /** What the log says of it. */
  readonly state: GroupState;
  readonly drained: Fact<{ readonly drained: Drained; readonly because: readonly string[] }>;
  readonly members: Fact<readonly MemberFact[]>;
  /** What it has parked of the version: told, and no objection, as replaying it needs neither publisher nor topic. */
  readonly deadLetters?: OptionalFact<number>;
}

/** A group that reads the version's topic, and that nobody registered. */
export interface StrangerFact {
  readonly group: string;
  readonly members: number;
  /** Whether its committed offsets moved while somebody looked. */
  readonly advanced: boolean;
}

/** What a publisher instance says it writes. */
export interface PublisherFact {
  readonly instance: string;
  readonly service: string;
  readonly versions: readonly Version[];
  /** When it last said so, broker time. */
  readonly at: number;
}

/** What is taken for stale and for recent, in milliseconds. */
export interface EvidenceLimits {
  /** An instance that has said nothing for longer may be gone, or paused. */
  readonly staleMs: number;
  /** Whoever wrote within this time is at work. */
  readonly recentMs: number;
}

/** Presence is renewed every 30 s; four times that is stale. */
export const defaultEvidenceLimits: EvidenceLimits = { staleMs: 120_000, recentMs: 600_000 };

/** What somebody takes upon himself, for want of evidence; the certificate keeps it. */
export interface Declarations {
  /** Instances and sources that are known to be gone. */
  readonly gone?: readonly string[];
  /** Goes on although the brokers refuse no writes. */
  readonly withoutAuthorizer?: boolean;
  /** The group keeps a handler, or an upcast, for what lies in its retry and dead-letter topics. */
  readonly keepsHandler?: boolean;
}

/** Which version of what a question is about. */
export interface VersionQuestion {
  readonly eventType: string;
  readonly version: Version;
}

/** Who wrote into topics lately; where the reach is a `tail`, who wrote less often than others may be missing. */
export interface Traffic {
  readonly sources: readonly SourceUsage[];
  readonly reaches: readonly (Pick<TopicUsage, 'topic' | 'reach'> & { readonly records: number })[];
}

/** Everything that is asked before publishers stop a version. */
export interface StopFacts extends VersionQuestion {
  readonly brokerTime: number;
  readonly limits: EvidenceLimits;
  readonly declared: Declarations;
  readonly log: Fact<{
    readonly deprecation: Deprecation | undefined;
    /** The revision of the event type. */
    readonly revision: number;
    /** The other versions that retire or are retired. */
    readonly over: ReadonlySet<Version>;
  }>;
  readonly groups: Fact<readonly GroupFacts[]>;
  /** The groups that should exist, as `event.yaml` lists them. */
  readonly manifest: Fact<readonly string[]>;
  readonly strangers: Fact<readonly StrangerFact[]>;
  readonly publishers: Fact<{ readonly publishers: readonly PublisherFact[]; readonly unreadable: number }>;
  /** The newest records in the topics of all versions, by source. */
  readonly traffic: Fact<Traffic>;
  /** Rows with the version that are not published yet. */
  readonly outbox: OptionalFact<number>;
  readonly authorizer: Fact<'on' | 'off'>;
}

/** One partition of a version that has ended. */
export interface EndedPartition {
  readonly partition: number;
  readonly final: number;
  readonly end: number | undefined;
  /** `undefined`: nothing is committed, or it has expired. */
  readonly committed: number | undefined;
}

/** Everything that is asked before a group stops reading a version. */
export interface DropFacts extends VersionQuestion {
  readonly group: string;
  readonly brokerTime: number;
  readonly declared: Declarations;
  readonly log: Fact<{
    readonly deprecation: Deprecation | undefined;
    readonly state: GroupState;
    /** The other versions that retire or are retired. */
    readonly over: ReadonlySet<Version>;
  }>;
  readonly partitions: Fact<readonly EndedPartition[]>;
  readonly members: Fact<readonly MemberFact[]>;
  readonly writesRefused: Fact<boolean>;
  /** Events of the version in the group's retry and dead-letter topics. */
  readonly deadLetters: OptionalFact<number>;
}
