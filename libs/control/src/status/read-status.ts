import { type Instant, lastSegment, topicOf, type Version } from '@baton/core';
import { type FactSources, readTopics } from '../evidence/read-facts';
import type { GroupState } from '../log/state';
import type { StatusFacts, VersionReadings } from './group-status';

/** How to tell broker time and the limits that hold. */
export interface StatusTimes {
  /** Broker time; the clock of this machine where it is within the margin of it. */
  readonly now: () => number;
  readonly marginMs: number;
}

/** Asks the broker where a group stands in every version of an event type. */
export const readStatusFacts = async (
  sources: FactSources,
  state: GroupState,
  { versions, times }: { versions: readonly Version[]; times: StatusTimes },
): Promise<StatusFacts> => {
  const topics = await readTopics(sources.offsets, { eventType: state.eventType, versions });
  const existing = topics.filter(({ partitions }) => partitions !== undefined);
  const cut = cutOf(state);
  const readings = await Promise.all(
    existing.map(({ version }) => readVersion(sources, state, { version, cut, times })),
  );
  return { brokerTime: times.now(), marginMs: times.marginMs, versions: readings };
};

/** The instant before each reading is its time: what was read can only be newer. */
const readVersion = async (
  { groups, offsets }: FactSources,
  { group, eventType }: GroupState,
  { version, cut, times }: { version: Version; cut: Instant | undefined; times: StatusTimes },
): Promise<VersionReadings> => {
  const topic = topicOf(eventType, version);
  const firstAsked = times.now();
  const firstAt = cut === undefined ? undefined : await offsets.firstStampedFrom(topic, cut + times.marginMs);
  const endAsked = times.now();
  const ends = await offsets.end(topic);
  const committedAsked = times.now();
  const committed = (await groups.committed(group, [topic])).get(topic);
  return {
    version,
    ends: [{ at: endAsked, offsets: ends }],
    ...(committed === undefined ? {} : { committed: { at: committedAsked, offsets: committed } }),
    ...(cut === undefined || firstAt === undefined
      ? {}
      : { firstAfterCut: { cut, at: firstAsked, offsets: firstAt } }),
  };
};

const cutOf = ({ timeline }: GroupState): Instant | undefined =>
  timeline === undefined || timeline.length === 1 ? undefined : lastSegment(timeline).since;
