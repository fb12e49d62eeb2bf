import type { Version } from '@baton/core';
import type { BindTimings } from '../bind/timings';
import type { GroupDescription } from '../ports/log';

/** One partition of one version topic, seen by one group. */
export interface PartitionEvidence {
  readonly topic: string;
  readonly version: Version;
  readonly partition: number;
  /** `undefined`: nothing is committed, or it has expired. Not the same as 0. */
  readonly committed: number | undefined;
  readonly end: number;
  /** The first offset of a record created at or after the instant, else the end; `undefined` if nobody asked. */
  readonly firstAtSince: number | undefined;
}

/** The topic of one version; no partitions if it does not exist. */
export interface TopicFact {
  readonly topic: string;
  readonly version: Version;
  readonly partitions: number | undefined;
}

/** What one live instance publishes or handles of the event type. */
export interface InstanceFact {
  readonly instance: string;
  readonly versions: readonly Version[];
  /** How old the word of the instance is, in milliseconds. */
  readonly ageMs: number;
}

/** Everything a binding is decided on, besides the log: printed with the decision. */
export interface BindFacts {
  readonly brokerTime: number;
  /** `clock` if nothing was appended to learn it (a dry run): then it is the time of this machine. */
  readonly brokerTimeFrom: 'log' | 'clock';
  readonly timings: BindTimings;
  readonly group: GroupDescription;
  readonly topics: readonly TopicFact[];
  readonly partitions: readonly PartitionEvidence[];
  readonly publishers: readonly InstanceFact[];
  readonly members: readonly InstanceFact[];
}

/** The partitions where the group has committed past a record created at or after the instant. */
export const passedPartitions = (partitions: readonly PartitionEvidence[]): readonly PartitionEvidence[] =>
  partitions.filter(
    ({ committed, firstAtSince }) =>
      committed !== undefined && firstAtSince !== undefined && committed > firstAtSince,
  );
