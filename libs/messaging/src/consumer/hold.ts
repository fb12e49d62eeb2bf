import { type Instant, segmentIndexAt, type Timeline, type Version } from '@baton/core';
import type { Lane, Siblings } from './lane';

const none: readonly Version[] = [];

/**
 * The versions, beside its own, that a record must wait for: those that earlier segments of the timeline name and
 * the group reads. Empty for a record of the first segment: it never waits.
 */
export const versionsBefore = (timeline: Timeline, createdAt: Instant, lane: Lane): readonly Version[] => {
  const index = segmentIndexAt(timeline, createdAt);
  if (index === 0) return none;
  const earlier = new Set<Version>();
  for (let i = 0; i < index; i += 1) {
    const named = timeline[i]?.version;
    if (named !== undefined && named !== lane.version && lane.subscription.reads.includes(named))
      earlier.add(named);
  }
  return [...earlier];
};

/** Raises the lane's barrier to the ends of its siblings' logs and takes the unread mark away. */
export const setBarrier = (lane: Lane, ends: ReadonlyMap<Version, number>): void => {
  for (const [version, end] of ends) {
    lane.barrier.set(version, Math.max(end, lane.barrier.get(version) ?? 0));
  }
  lane.unread = false;
};

/** Which of `versions` are not yet committed up to the lane's barrier. */
export const notReached = (
  lane: Lane,
  siblings: Siblings,
  versions: readonly Version[],
): readonly Version[] =>
  versions.filter((version) => {
    const barrier = lane.barrier.get(version);
    const committed = siblings.get(version)?.committed;
    return barrier === undefined || committed === undefined || committed < barrier;
  });

/**
 * Whether a held record created at `createdAt` may pass although `waitsFor` is not reached: only if each of those
 * versions is itself held, at a record created later, and committed exactly up to it. A version that is at its end,
 * retries, or awaits a proposal is not held.
 */
export const mayPassCycle = (createdAt: Instant, siblings: Siblings, waitsFor: readonly Version[]): boolean =>
  waitsFor.length > 0 &&
  waitsFor.every((version) => {
    const other = siblings.get(version);
    return (
      other?.pause?.kind === 'hold' && other.pause.createdAt > createdAt && other.committed === other.position
    );
  });

/** Whether `lane`'s record lies behind what a sibling of a later segment already waited for. */
export const isStraggler = (
  lane: Lane,
  siblings: Siblings,
  { offset, createdAt, timeline }: { offset: number; createdAt: Instant; timeline: Timeline },
): boolean => {
  const following = segmentIndexAt(timeline, createdAt) + 1;
  if (following === timeline.length) return false;
  return timeline.slice(following).some(({ version }) => {
    const later = version === lane.version ? undefined : siblings.get(version);
    const barrier = later?.barrier.get(lane.version);
    return barrier !== undefined && offset >= barrier && later?.pause?.kind !== 'hold';
  });
};
