import { responsibleFor } from '../rule';
import type { Commit, EventFacts, Handling, Lane, LogRecord, Membership, View } from './types';

/** The version of an event that counts for a group. */
export const responsibleOf = (view: View, event: EventFacts): number | undefined =>
  responsibleFor(event.stamp, view.timeline);

/** Whether a record is the twin that counts for a group. */
export const counts = (view: View, { stamp, lane }: LogRecord): boolean =>
  stamp !== undefined && responsibleFor(stamp, view.timeline) === lane.version;

/** What happened last to the committed offset of a lane before `step`. */
export const lastCommit = (view: View, lane: Lane, step: number): Commit | undefined => {
  const commits = view.commits.get(lane) ?? [];
  let low = 0;
  let high = commits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((commits[middle]?.step ?? 0) < step) low = middle + 1;
    else high = middle;
  }
  return commits[low - 1];
};

/** The committed offset of a lane before `step`. */
export const committedBefore = (view: View, lane: Lane, step: number): number | undefined =>
  lastCommit(view, lane, step)?.offset;

/** The handlings of an event in a group, copies and repetitions included, as they began. */
export const handlingsOf = (view: View, event: EventFacts): readonly Handling[] => {
  const all: Handling[] = [];
  for (const { handlings } of event.copies)
    for (const handling of handlings) if (handling.membership.group === view.group) all.push(handling);
  return all.length > 1 ? all.sort((a, b) => a.began - b.began) : all;
};

/** Whether the group had handled a record, or another copy of it in the same version, before `step`. */
export const isHandledBefore = (view: View, record: LogRecord, step: number): boolean => {
  for (const copy of record.event?.copies ?? [record]) {
    if (copy.lane !== record.lane) continue;
    for (const { membership, ended } of copy.handlings)
      if (ended < step && membership.group === view.group) return true;
  }
  return false;
};

/** The memberships of the newest generation of a group. */
export const newestMemberships = (view: View): readonly Membership[] => {
  let newest = Number.NEGATIVE_INFINITY;
  for (const { generation, joined } of view.memberships)
    if (Number.isFinite(joined)) newest = Math.max(newest, generation);
  return view.memberships.filter(
    ({ generation, joined }) => generation === newest && Number.isFinite(joined),
  );
};

/** Lanes that the group can not read on in, because retention took what it had not read: it has to stop and say so. */
export const isCutOff = (view: View, lane: Lane): boolean => {
  const committed = committedBefore(view, lane, Number.POSITIVE_INFINITY);
  return committed !== undefined && committed < lane.start;
};
