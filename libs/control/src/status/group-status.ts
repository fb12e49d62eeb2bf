import { type Instant, lastSegment, type Segment, type Timeline, topicOf, type Version } from '@baton/core';
import type { GroupState, Proposal } from '../log/state';
import { type DrainEvidence, type Drained, drainOf, type TopicReadings } from './drained';

/** What was read of one version of an event type; no readings if its topic does not exist. */
export interface VersionReadings extends TopicReadings {
  readonly version: Version;
}

export interface StatusFacts {
  readonly brokerTime: number;
  /** How far ahead a publisher's clock may run: the limit that the brokers enforce on the topics. */
  readonly marginMs: number;
  readonly versions: readonly VersionReadings[];
}

/** Where a group stands in one partition of one version. */
export interface PartitionStatus {
  readonly partition: number;
  /** `undefined`: unknown, not zero. */
  readonly committed: number | undefined;
  readonly end: number | undefined;
  readonly lag: number | undefined;
}

export interface VersionStatus {
  readonly version: Version;
  readonly topic: string;
  readonly partitions: readonly PartitionStatus[];
  /** The sum over the partitions; `undefined` if one of them is unknown. */
  readonly lag: number | undefined;
  /** Only of a version that an earlier binding names: whether the last cut is behind the group. */
  readonly drain: { readonly drained: Drained; readonly evidence: readonly DrainEvidence[] } | undefined;
}

/** What `baton status` shows of a group and an event type. */
export interface GroupStatus {
  readonly group: string;
  readonly eventType: string;
  /** `undefined` if the group never registered. */
  readonly timeline: Timeline | undefined;
  /** The last binding: `BoundToV2Since` is its `since`, if it is to version 2. */
  readonly binding: Segment | undefined;
  readonly revision: number;
  readonly open: Proposal | undefined;
  readonly versions: readonly VersionStatus[];
  readonly drained: Drained;
  readonly because: readonly string[];
}

/** Sums up where a group stands, from the log and what the broker said. Pure. */
export const groupStatus = (state: GroupState, facts: StatusFacts): GroupStatus => {
  const { group, eventType, timeline, revision, open } = state;
  const versions = [...facts.versions]
    .sort((a, b) => a.version - b.version)
    .map((readings) => versionStatus(state, readings, facts));
  return {
    group,
    eventType,
    timeline,
    binding: timeline === undefined ? undefined : lastSegment(timeline),
    revision,
    open,
    versions,
    ...drainedOf(state, versions),
  };
};

const versionStatus = (
  { eventType, timeline }: GroupState,
  readings: VersionReadings,
  { brokerTime, marginMs }: StatusFacts,
): VersionStatus => {
  const { version } = readings;
  const partitions = partitionsOf(readings);
  const cut = timeline === undefined ? undefined : cutFrom(timeline, version);
  const evidence = cut === undefined ? undefined : drainOf(readings, { cut, brokerTime, marginMs });
  return {
    version,
    topic: topicOf(eventType, version),
    partitions,
    lag: sumOf(partitions.map(({ lag }) => lag)),
    drain:
      evidence === undefined ? undefined : { drained: overall(evidence.map((e) => e.drained)), evidence },
  };
};

/** When the group was last bound away from a version; `undefined` if it is bound to it, or never was. */
const cutFrom = (timeline: Timeline, version: Version): Instant | undefined => {
  const last = lastSegment(timeline);
  if (last.version === version) return undefined;
  return timeline.some((segment) => segment.version === version) ? last.since : undefined;
};

const partitionsOf = ({ committed, ends }: TopicReadings): readonly PartitionStatus[] => {
  const newest = ends.at(-1)?.offsets ?? [];
  const count = Math.max(newest.length, committed?.offsets.length ?? 0);
  return Array.from({ length: count }, (_, partition) => {
    const end = newest[partition];
    const own = committed?.offsets[partition];
    const lag = end === undefined || own === undefined ? undefined : Math.max(0, end - own);
    return { partition, committed: own, end, lag };
  });
};

const sumOf = (lags: readonly (number | undefined)[]): number | undefined =>
  lags.length === 0
    ? undefined
    : lags.reduce((sum, lag) => (sum === undefined || lag === undefined ? undefined : sum + lag), 0);

/** `no` where one says no, else `unknown` where one is unknown or there is nothing to go by. */
const overall = (all: readonly Drained[]): Drained => {
  if (all.includes('no')) return 'no';
  return all.length === 0 || all.includes('unknown') ? 'unknown' : 'yes';
};

const drainedOf = (
  { timeline }: GroupState,
  versions: readonly VersionStatus[],
): Pick<GroupStatus, 'drained' | 'because'> => {
  if (timeline === undefined) return { drained: 'unknown', because: ['the group is not registered'] };
  const bound = lastSegment(timeline).version;
  const earlier = [...new Set(timeline.map(({ version }) => version))].filter((version) => version !== bound);
  if (earlier.length === 0) return withoutCut(bound, versions);
  const verdicts = earlier.map((version) => ({
    version,
    drain: versions.find((one) => one.version === version)?.drain,
  }));
  return {
    drained: overall(verdicts.map(({ drain }) => drain?.drained ?? 'unknown')),
    because: verdicts.flatMap(({ version, drain }) =>
      drain === undefined || drain.evidence.length === 0
        ? [`v${version}: nothing was read of its topic`]
        : drain.evidence.map(({ partition, because }) => `v${version}/${partition}: ${because}`),
    ),
  };
};

/** A group that counts one version since ever has no cut; nothing is drained unless that is the newest version. */
const withoutCut = (
  bound: Version,
  versions: readonly VersionStatus[],
): Pick<GroupStatus, 'drained' | 'because'> =>
  versions.some(({ version }) => version > bound)
    ? { drained: 'no', because: [`v${bound} counts since ever; the group is not bound to a newer version`] }
    : { drained: 'yes', because: [`v${bound} counts since ever; no older version ever did`] };
