import {
  BatonError,
  formatInstant,
  type Instant,
  isBatonError,
  lastSegment,
  type Timeline,
  topicOf,
  type Version,
  versionsOf,
} from '@baton/core';
import type { LogOffsets } from '../ports/log-offsets';
import type { RunContext } from './run-context';
import type { Subscription } from './types';

/** A version that the timeline once named and this member does not read, with the instant at which it ended. */
interface LeftVersion {
  readonly version: Version;
  readonly until: Instant;
}

/**
 * Refuses a member that leaves out a version which still holds events that count: nobody would read them. What was
 * visible when the version ended must be committed by the group; records stamped a margin later count elsewhere.
 * Where the group has no committed offset (any more) there is no evidence either way: it is told, and goes on.
 */
export const assertNothingLeft = async (
  context: RunContext,
  subscription: Subscription,
  timeline: Timeline,
): Promise<void> => {
  for (const left of leftVersions(subscription, timeline)) {
    const topic = topicOf(subscription.eventType.name, left.version);
    const waiting = await waitingRecords(context, topic, left.until);
    if (waiting > 0) {
      throw new BatonError(
        'missing-handler',
        `Group "${context.group}": ${waiting} records of ${topic} from before ${formatInstant(left.until)} wait to be handled, but this member reads only v${subscription.reads.join(', v')}. Let a release that reads v${left.version} drain it first (baton status), then leave it out.`,
      );
    }
  }
};

/** Tells a new group how many records lie on the topics of older versions that it does not read. */
export const tellUnseen = async (
  { logOffsets, logger, group }: RunContext,
  { eventType, reads }: Subscription,
): Promise<void> => {
  const older = versionsOf(eventType).filter((version) => version < Math.min(...reads));
  for (const version of older) {
    const topic = topicOf(eventType.name, version);
    const records = await countRecords(logOffsets, topic);
    if (records === 0) continue;
    logger.warn(
      { group, eventType: eventType.name, version, topic, records },
      'the group reads no such version: it sees none of these events that was published in no other',
    );
  }
};

const countRecords = async (logOffsets: LogOffsets, topic: string): Promise<number> => {
  try {
    const [earliest, ends] = await Promise.all([logOffsets.earliest(topic), logOffsets.end(topic)]);
    return ends.reduce((sum, end, partition) => sum + end - (earliest[partition] ?? 0), 0);
  } catch (error) {
    if (isBatonError(error, 'topic-missing')) return 0;
    throw error;
  }
};

const leftVersions = ({ reads }: Subscription, timeline: Timeline): readonly LeftVersion[] => {
  const ends = new Map<Version, Instant>();
  timeline.forEach(({ version }, i) => {
    const next = timeline[i + 1];
    if (next !== undefined && !reads.includes(version)) ends.set(version, next.since);
  });
  ends.delete(lastSegment(timeline).version);
  return [...ends].map(([version, until]) => ({ version, until }));
};

const waitingRecords = async (
  { member, logOffsets, settings, logger, group }: RunContext,
  topic: string,
  until: Instant,
): Promise<number> => {
  try {
    const counting = await logOffsets.firstStampedFrom(topic, until + settings.marginMs);
    const committed = await member.committed(counting.map((_, partition) => ({ topic, partition })));
    const unknown = committed.filter(({ offset }) => offset === undefined).length;
    if (unknown > 0) {
      logger.warn({ group, topic, partitions: unknown }, 'no offsets of a version that is left out');
    }
    return committed.reduce(
      (sum, { partition, offset }) => sum + Math.max(0, (counting[partition] ?? 0) - (offset ?? Infinity)),
      0,
    );
  } catch (error) {
    if (isBatonError(error, 'topic-missing')) return 0;
    throw error;
  }
};
