import type { Handling, Lane, LogRecord, Membership, Position } from '../facts/types';

/** The first visible record of a lane that was created at or after an instant. */
export const firstFrom = (lane: Lane, since: number): LogRecord | undefined =>
  lane.records.find(
    ({ fate, stamp }) => fate === 'visible' && stamp !== undefined && stamp.createdAt >= since,
  );

/** The first handling of such a record after `from` (and `from` itself excluded) and before `until`, one a lane and generation. */
export const beganFrom = (
  { handlings }: Membership,
  { eventType, since }: { readonly eventType: string; readonly since: number },
  [from, until]: readonly [number, number],
): readonly Handling[] =>
  handlings.filter(
    ({ began, record: { lane, stamp } }) =>
      began > from &&
      began < until &&
      lane.eventType === eventType &&
      (stamp?.createdAt ?? since - 1) >= since,
  );

/** The first record at or after `since` that a position passes; `undefined` if it passes none. */
export const passedFrom = ({ lane, from, next, step }: Position, since: number): LogRecord | undefined => {
  for (let offset = from; offset < next; offset += 1) {
    const record = lane.slots[offset];
    if (record?.fate !== 'visible' || record.settled > step) continue;
    if (record.stamp !== undefined && record.stamp.createdAt >= since) return record;
  }
  return undefined;
};
