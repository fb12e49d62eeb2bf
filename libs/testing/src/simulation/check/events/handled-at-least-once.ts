import type { Violation } from '../../history';
import {
  committedBefore,
  isCutOff,
  isHandledBefore,
  newestMemberships,
  responsibleOf,
} from '../facts/questions';
import { type EventFacts, type Facts, type Lane, type LogRecord, never, type View } from '../facts/types';
import { eventName, laneName, type Property, recordName, violation } from '../property';

/** Promise 1: every visible event is handled by every group that reads its type. */
export const handledAtLeastOnce: Property = (facts) => {
  const found: Violation[] = [];
  for (const view of facts.views) {
    const waiting = new Map<Lane, LogRecord[]>();
    for (const event of view.events) {
      const state = stateOf(facts, view, event);
      if (state.kind === 'lost') found.push(state.violation);
      if (state.kind !== 'waits') continue;
      const { record } = state;
      const before = waiting.get(record.lane);
      if (before === undefined) waiting.set(record.lane, [record]);
      else before.push(record);
    }
    if (isSettled(facts) && !view.lanes.some((lane) => isCutOff(view, lane)))
      for (const [lane, records] of waiting) found.push(stuck(view, lane, records));
  }
  return found;
};

type State =
  | { readonly kind: 'handled' }
  | { readonly kind: 'waits'; readonly record: LogRecord }
  | { readonly kind: 'lost'; readonly violation: Violation };

const isSettled = ({ faultsOver, ended }: Facts): boolean => faultsOver !== undefined && ended !== undefined;

const stateOf = (facts: Facts, view: View, event: EventFacts): State => {
  const version = responsibleOf(view, event);
  if (version === undefined) return { kind: 'handled' };
  const copies = event.copies.filter(({ fate, lane }) => fate === 'visible' && lane.version === version);
  const record = copies[0];
  if (record === undefined) {
    const because = `it counts as v${version}, which is not visible`;
    return wasHandled(view, event) ? { kind: 'handled' } : lost(view, event, because);
  }
  if (isHandledBefore(view, record, never)) return { kind: 'handled' };
  if (copies.every(({ deleted }) => deleted !== never)) return { kind: 'handled' };
  const committed = committedBefore(view, record.lane, never) ?? 0;
  if (copies.every(({ offset }) => offset < committed))
    return lost(view, event, `the group committed ${laneName(record.lane)} up to ${committed}`, record);
  return readable(facts, view, event, record);
};

const wasHandled = (view: View, { copies }: EventFacts): boolean =>
  copies.some((record) => isHandledBefore(view, record, never));

/** What nobody reads any more is lost, unless the group never read it or somebody took the loss upon himself. */
const readable = (facts: Facts, view: View, event: EventFacts, record: LogRecord): State => {
  const { lane } = record;
  const readers = newestMemberships(view).filter(({ assignment }) => assignment.size > 0);
  if (readers.length === 0 || readers.some(({ assignment }) => assignment.has(lane)))
    return { kind: 'waits', record };
  const everRead = view.memberships.some(({ assignment }) => assignment.has(lane));
  if (!everRead && !view.handles.includes(lane.version)) return { kind: 'handled' };
  const dropped = facts.fold.types
    .get(view.eventType)
    ?.deprecations.get(lane.version)
    ?.dropped.get(view.group);
  if (dropped?.early === true) return { kind: 'handled' };
  if (readers.some(({ assignment }) => hasVersion(assignment, lane.version)))
    return { kind: 'waits', record };
  return lost(view, event, `nobody of the group reads v${lane.version} any more`, record);
};

const hasVersion = (assignment: ReadonlyMap<Lane, unknown>, version: number): boolean => {
  for (const lane of assignment.keys()) if (lane.version === version) return true;
  return false;
};

const lost = (view: View, event: EventFacts, because: string, record = event.firstVisible): State => ({
  kind: 'lost',
  violation: violation(
    'lost',
    'handled-at-least-once',
    `Expected group ${view.group} to handle ${eventName(event)}${record === undefined ? '' : ` at ${recordName(record)}`}, but it never did, and never will: ${because}.`,
    [record?.step, record?.settled, passingCommit(view, record)],
  ),
});

const passingCommit = (view: View, record: LogRecord | undefined): number | undefined =>
  record === undefined
    ? undefined
    : view.commits.get(record.lane)?.find(({ offset }) => (offset ?? 0) > record.offset)?.step;

const stuck = (view: View, lane: Lane, records: readonly LogRecord[]): Violation =>
  violation(
    'stuck',
    'everything-settles',
    `Expected group ${view.group} to handle everything once the faults were over, but ${records.length} events of ${laneName(lane)} wait, from ${records[0]?.stamp?.id} at offset ${records[0]?.offset} on; committed is ${committedBefore(view, lane, never) ?? 'nothing'}.`,
    [records[0]?.step, records[0]?.settled],
  );
