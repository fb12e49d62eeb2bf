import { handlingsOf, responsibleOf } from '../facts/questions';
import { type EventFacts, type LogRecord, never, type View } from '../facts/types';
import { namedAt, segmentAt } from '../rule';

/** An event as one group handled it. */
export interface StreamEvent {
  readonly event: EventFacts;
  /** The version that counts, and its first visible copy. */
  readonly version: number;
  readonly record: LogRecord;
  readonly firstBegan: number;
  readonly firstEnded: number;
  /** When the last handling that took effect began, and when it ended. */
  readonly lastBegan: number;
  readonly lastEnded: number;
}

/** The events that a group handled of one key and publisher, in the order they were published. */
export const streamsOf = (view: View): Iterable<readonly StreamEvent[]> => {
  const streams = new Map<string, StreamEvent[]>();
  for (const event of view.events) {
    const handled = asHandled(view, event);
    if (handled === undefined) continue;
    const key = `${event.publisher} ${handled.record.key}`;
    const stream = streams.get(key);
    if (stream === undefined) streams.set(key, [handled]);
    else stream.push(handled);
  }
  for (const stream of streams.values()) stream.sort((a, b) => a.event.order - b.event.order);
  return streams.values();
};

const asHandled = (view: View, event: EventFacts): StreamEvent | undefined => {
  const version = responsibleOf(view, event);
  const handlings = handlingsOf(view, event);
  const first = handlings[0];
  const record = event.copies.find(({ fate, lane }) => fate === 'visible' && lane.version === version);
  if (version === undefined || first === undefined || record === undefined) return undefined;
  let [firstEnded, lastBegan, lastEnded] = [never, -1, -1];
  for (const { began, ended } of handlings) {
    if (ended === never) continue;
    firstEnded = Math.min(firstEnded, ended);
    [lastBegan, lastEnded] = [began, ended];
  }
  return { event, version, record, firstBegan: first.began, firstEnded, lastBegan, lastEnded };
};

/**
 * Whether the protocol promises that a group handles `first` before `then`, which its publisher published later. In
 * one version always. Across versions the hold sees to it if `then` is held: because the timeline names its version,
 * and an earlier segment that of `first`, whose twin lies before it in its lane. So events that lack the other's version, or a
 * transaction, are left out (a known limit), and so is what came late over two cuts.
 */
export const orderIsPromised = (view: View, first: StreamEvent, then: StreamEvent): boolean => {
  if (first.version === then.version) return true;
  const { timeline } = view;
  const { createdAt } = then.event.stamp;
  if (first.event.stamp.createdAt > createdAt || namedAt(timeline, createdAt) !== then.version) return false;
  const segment = segmentAt(timeline, createdAt);
  if (!timeline.slice(0, segment).some(({ version }) => version === first.version)) return false;
  return twinLiesBefore(first, then) && !cameTwiceLate(view, first, segment);
};

const twinLiesBefore = ({ event }: StreamEvent, { record }: StreamEvent): boolean =>
  record.transaction !== undefined &&
  event.copies.some(
    ({ fate, transaction, lane, offset }) =>
      fate === 'visible' && transaction !== undefined && lane === record.lane && offset < record.offset,
  );

/** Whether a record of a later segment than that of the event behind lies before `first`: held there, it lets others pass. */
const cameTwiceLate = ({ timeline }: View, { record }: StreamEvent, segment: number): boolean => {
  const later = timeline.slice(segment + 1).find(({ version }) => version === record.lane.version);
  if (later === undefined) return false;
  return record.lane.records.some(
    ({ offset, stamp, fate }) =>
      fate === 'visible' && offset < record.offset && (stamp?.createdAt ?? 0) >= later.since,
  );
};
