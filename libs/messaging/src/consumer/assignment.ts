import { BatonError, lastSegment, type Timeline, topicOf, type Version } from '@baton/core';
import { nothingDone, readDone } from '../bindings/commit-marks';
import type { CommittedOffset, Generation } from '../ports/group-member';
import type { FetchedBatch } from '../ports/records';
import { createLane, createTrack, type Lane, type Track } from './lane';
import { Lanes } from './lanes';
import { assertNothingLeft, tellUnseen } from './leftovers';
import type { RunContext } from './run-context';
import { assertSameDecisions } from './same-decisions';
import type { Subscription } from './types';

/**
 * Everything that must be known before the first record of a generation is processed or skipped: the control log to
 * its end, a recorded timeline for every subscription, and where each lane begins.
 */
export const prepareLanes = async (context: RunContext, generation: Generation): Promise<Lanes> => {
  const { bindings, subscriptions } = context;
  await bindings.catchUp();
  for (const subscription of subscriptions) await ensureTimeline(context, subscription);
  await Promise.all(subscriptions.map((subscription) => assertSamePartitions(context, subscription)));
  const lanes = await Promise.all(
    subscriptions.flatMap((subscription) =>
      subscription.reads.map((version) => lanesOf(context, generation, subscription, version)),
    ),
  );
  return new Lanes(lanes.flat());
};

const ensureTimeline = async (context: RunContext, subscription: Subscription): Promise<void> => {
  const { bindings, group } = context;
  const { eventType, reads } = subscription;
  const [lowest] = reads;
  if (bindings.of(eventType.name).timeline === undefined && lowest !== undefined) {
    await bindings.register({
      eventType: eventType.name,
      kind: eventType.kind,
      defaultVersion: lowest,
      handles: reads,
    });
    await bindings.catchUp();
    await tellUnseen(context, subscription);
  }
  const { timeline } = bindings.of(eventType.name);
  if (timeline === undefined) {
    throw new BatonError(
      'broker-unavailable',
      `Group "${group}" has registered for ${eventType.name}, but its registration cannot be read back yet.`,
    );
  }
  assertHandles(group, subscription, timeline);
  await assertNothingLeft(context, subscription, timeline);
};

/**
 * A member must read the version that its group is bound to now, and every newer one that the timeline ever named:
 * one of an older release, which has never read v2, would run ahead of v2 records that still wait after a roll back.
 */
const assertHandles = (group: string, { eventType, reads }: Subscription, timeline: Timeline): void => {
  const bound = lastSegment(timeline).version;
  const newest = Math.max(...reads);
  const missing = [bound, ...timeline.map(({ version }) => version).filter((named) => named > newest)].find(
    (version) => !reads.includes(version),
  );
  if (missing === undefined) return;
  const why = missing === bound ? 'is bound to' : 'was bound for a time to';
  throw new BatonError(
    'missing-handler',
    `Group "${group}" ${why} ${eventType.name} v${missing}, but this member reads only v${reads.join(', v')}. Install a release that reads v${missing} too, with a handler or an upcast.`,
  );
};

/** A partition without its twin could never be held against it: a record that waits there would wait for ever. */
const assertSamePartitions = async (
  { logOffsets, group }: RunContext,
  { eventType, reads }: Subscription,
): Promise<void> => {
  const counts = await Promise.all(reads.map((v) => logOffsets.partitionCount(topicOf(eventType.name, v))));
  if (new Set(counts).size <= 1) return;
  const each = reads.map((v, i) => `${topicOf(eventType.name, v)} has ${counts[i]}`).join(', ');
  throw new BatonError(
    'topic-misconfigured',
    `Group "${group}" reads versions whose partitions correspond, so they need equal partition counts, but ${each}. Run: baton topics apply`,
  );
};

const lanesOf = async (
  context: RunContext,
  { assignment }: Generation,
  subscription: Subscription,
  version: Version,
): Promise<readonly Lane[]> => {
  const { member, logOffsets, bindings, group } = context;
  const eventType = subscription.eventType.name;
  const topic = topicOf(eventType, version);
  const partitions = assignment.get(topic) ?? [];
  if (partitions.length === 0) return [];
  const committed = await member.committed(partitions.map((partition) => ({ topic, partition })));
  const [earliest, ends] = await Promise.all([logOffsets.earliest(topic), logOffsets.end(topic)]);
  const { commitMetadata } = bindings;
  return committed.map((stored) => {
    const { partition, offset, metadata } = stored;
    const [first = 0, end = 0] = [earliest[partition], ends[partition]];
    assertStillThere(group, stored, first, end);
    const objection = offset === undefined ? undefined : commitMetadata?.objection(eventType, metadata);
    if (objection !== undefined) throw new BatonError('timeline-disagreement', objection);
    const lane = createLane(subscription, version, startAt(stored, first));
    const { timeline } = bindings.of(eventType);
    if (commitMetadata === undefined && timeline !== undefined) {
      assertSameDecisions(context, eventType, timeline, metadata);
    }
    if (commitMetadata !== undefined) lane.newestPassed = commitMetadata.newestPassed(metadata);
    return lane;
  });
};

const startAt = ({ partition, offset, metadata }: CommittedOffset, first: number) => ({
  partition,
  position: offset ?? first,
  committed: offset,
  done: offset === undefined ? nothingDone : readDone(metadata, offset),
});

/** The partitions of the retry topic that this member reads; those whose letters concern it are looked into first. */
export const prepareRetries = async (
  { deadLetters, member, logOffsets, group }: RunContext,
  generation: Generation,
  lanes: Lanes,
): Promise<readonly Track[]> => {
  if (deadLetters === undefined) return [];
  const { retryTopic: topic } = deadLetters;
  const own = generation.assignment.get(topic) ?? [];
  const concerned = [...lanes.all()].map(({ partition }) => deadLetters.partitionFor(partition));
  for (const partition of new Set([...own, ...concerned])) await deadLetters.keys.open(partition, generation);
  if (own.length === 0) return [];
  const committed = await member.committed(own.map((partition) => ({ topic, partition })));
  const [earliest, ends] = await Promise.all([logOffsets.earliest(topic), logOffsets.end(topic)]);
  return committed.map((stored) => {
    const [first = 0, end = 0] = [earliest[stored.partition], ends[stored.partition]];
    assertStillThere(group, stored, first, end);
    return createTrack(topic, startAt(stored, first));
  });
};

/** Throws `data-lost-to-retention` if records between the committed offset and the log are gone. */
const assertStillThere = (
  group: string,
  { topic, partition, offset }: Pick<CommittedOffset, 'topic' | 'partition' | 'offset'>,
  first: number,
  end: number,
): void => {
  if (offset === undefined || (offset >= first && offset <= end)) return;
  const lost =
    offset < first ? `${first - offset} records from ${offset} on were deleted` : 'the log was cut off';
  throw new BatonError(
    'data-lost-to-retention',
    `Group "${group}" is at offset ${offset} of ${topic}/${partition}, but the log holds ${first} to ${end}: ${lost} before the group had read them. Baton does not reset by itself. Restore the data, or move the group's offsets on all version topics together.`,
    { details: { group, topic, partition, offset, first, end } },
  );
};

/** The client may fetch elsewhere than the lane stands, if it lost its place: then data may be gone. */
export const assertPlace = async (
  { logOffsets, group }: RunContext,
  { topic, partition, position }: Track,
  batch: FetchedBatch,
): Promise<void> => {
  if (batch.fetchedOffset === position) return;
  const last = [...batch.records].at(-1)?.offset ?? batch.fetchedOffset;
  if (batch.fetchedOffset < position && last + 1 >= position) return;
  const [earliest, ends] = await Promise.all([logOffsets.earliest(topic), logOffsets.end(topic)]);
  const [first = 0, end = 0] = [earliest[partition], ends[partition]];
  assertStillThere(group, { topic, partition, offset: position }, first, end);
};
