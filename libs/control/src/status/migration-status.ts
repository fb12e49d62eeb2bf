import { lastSegment, type Version } from '@baton/core';
import type { Deprecation } from '../log/deprecation-state';
import type { GroupState } from '../log/state';
import type { Fact } from '../verdict/facts';
import type { Verdict } from '../verdict/verdict';
import type { DrainEvidence } from './drained';
import type { GroupStatus } from './group-status';

/** How far a group is on its way past a version. */
export type GroupPhase =
  | 'unregistered'
  | 'unbound'
  | 'proposed'
  | 'bound-back'
  | 'cut-ahead'
  | 'draining'
  | 'drained'
  | 'dropped';

/** One line of `baton status`: a group on its way past a version. */
export interface GroupProgress {
  readonly group: string;
  readonly phase: GroupPhase;
  readonly status: GroupStatus;
  /** How much of what was visible at the cut is committed, from 0 to 100; `undefined`: not known, or no cut. */
  readonly drainedPercent: number | undefined;
  /** Of the version that counts for the group. */
  readonly lag: { readonly events: number | undefined; readonly seconds: number | undefined };
  /** Processed by its live members since they started; `undefined` if none of them says. */
  readonly stragglers: number | undefined;
  /** What stands between the group and the end of the version. */
  readonly verdict: Verdict;
}

/** Where a version stands, with all its groups. */
export interface MigrationStatus {
  readonly eventType: string;
  readonly version: Version;
  readonly brokerTime: number;
  readonly deprecation: Deprecation | undefined;
  readonly groups: readonly GroupProgress[];
  /** The newest record of the version's topic, in milliseconds since 1970; missing if there is none, or unread. */
  readonly lastTraffic: Fact<number | undefined>;
  /** Whether publishers can stop it. */
  readonly verdict: Verdict;
  /** Partitions that have grown past their final end. Anything here was written to a retired version. */
  readonly grown: readonly {
    readonly partition: number;
    readonly final: number;
    readonly end: number;
  }[];
}

/** Which phase a group is in. Pure. */
export const phaseOf = (
  { timeline, open, group }: GroupState,
  version: Version,
  {
    deprecation,
    status,
    brokerTime,
  }: { deprecation: Deprecation | undefined; status: GroupStatus; brokerTime: number },
): GroupPhase => {
  if (deprecation?.dropped.has(group) === true) return 'dropped';
  if (timeline === undefined) return 'unregistered';
  if (open !== undefined) return 'proposed';
  const last = lastSegment(timeline);
  if (last.version === version) return timeline.length === 1 ? 'unbound' : 'bound-back';
  if (last.since > brokerTime) return 'cut-ahead';
  const drain = drainOfVersion(status, version);
  if (timeline.every((segment) => segment.version !== version)) return 'drained';
  return drain?.drained === 'yes' ? 'drained' : 'draining';
};

/** How much of a version that was visible at the cut a group has committed, from 0 to 100. Pure. */
export const drainedPercent = (
  status: GroupStatus,
  version: Version,
  earliest: readonly number[] = [],
): number | undefined => {
  const drain = drainOfVersion(status, version);
  if (drain === undefined || drain.evidence.length === 0) return undefined;
  let [done, all] = [0, 0];
  for (const { committed, bound, partition } of drain.evidence) {
    if (committed === undefined || bound === undefined) return undefined;
    const from = Math.min(earliest[partition] ?? 0, bound);
    done += Math.max(0, Math.min(committed, bound) - from);
    all += bound - from;
  }
  if (drain.drained === 'yes') return 100;
  return all === 0 ? undefined : Math.min(99, Math.floor((done / all) * 100));
};

const drainOfVersion = (
  { versions }: GroupStatus,
  version: Version,
): { readonly drained: string; readonly evidence: readonly DrainEvidence[] } | undefined =>
  versions.find((one) => one.version === version)?.drain;

/** The partitions of a retired version that have grown past their final end. Pure. */
export const grownPast = (
  deprecation: Deprecation | undefined,
  ends: readonly number[],
): MigrationStatus['grown'] =>
  deprecation?.phase.kind === 'retired'
    ? deprecation.phase.final.ends.flatMap((final, partition) => {
        const end = ends[partition] ?? final;
        return end > final ? [{ partition, final, end }] : [];
      })
    : [];
