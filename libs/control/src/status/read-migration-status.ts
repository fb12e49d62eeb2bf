import { isBatonError, lastSegment, topicOf } from '@baton/core';
import { readDropFacts } from '../evidence/drop-facts';
import { type PresenceList, readPresence, stragglersOf } from '../evidence/presence';
import { type EvidenceOptions, type EvidenceSources, readStopFacts } from '../evidence/stop-facts';
import { type Deprecation, deprecationOf } from '../log/deprecation-state';
import { canDrop } from '../verdict/can-drop';
import { canStop } from '../verdict/can-stop';
import { groupVerdict } from '../verdict/check-groups';
import { absent, type GroupFacts, type StopFacts, seen, type VersionQuestion } from '../verdict/facts';
import { groupStatus } from './group-status';
import { lagSeconds } from './lag-seconds';
import {
  drainedPercent,
  type GroupProgress,
  grownPast,
  type MigrationStatus,
  phaseOf,
} from './migration-status';
import { readStatusFacts } from './read-status';

/** Asks where a version and all its groups stand. */
export const readMigrationStatus = async (
  sources: EvidenceSources,
  question: VersionQuestion,
  options: EvidenceOptions,
): Promise<MigrationStatus> => {
  const stop = await readStopFacts(sources, question, options);
  const deprecation = deprecationOf(sources.follower.state(), question.eventType, question.version);
  const registered = stop.groups.kind === 'seen' ? stop.groups.value : [];
  const present = await presentMembers(sources);
  const groups: GroupProgress[] = [];
  for (const group of registered) {
    const stragglers = present && stragglersOf(present, group.group);
    groups.push({ ...(await readProgress(sources, group, { stop, options, deprecation })), stragglers });
  }
  return {
    ...question,
    brokerTime: stop.brokerTime,
    deprecation,
    groups,
    lastTraffic: lastTrafficOf(stop),
    verdict: canStop(stop),
    grown:
      deprecation?.phase.kind === 'retired' ? grownPast(deprecation, await endsOf(sources, question)) : [],
  };
};

/** Who lives and reads; `undefined` where that cannot be read. */
const presentMembers = async ({ presence }: EvidenceSources): Promise<PresenceList | undefined> => {
  try {
    return presence && (await readPresence(presence));
  } catch (error) {
    if (isBatonError(error)) return undefined;
    throw error;
  }
};

const readProgress = async (
  sources: EvidenceSources,
  facts: GroupFacts,
  {
    stop,
    options,
    deprecation,
  }: { stop: StopFacts; options: EvidenceOptions; deprecation: Deprecation | undefined },
): Promise<Omit<GroupProgress, 'stragglers'>> => {
  const { state, group } = facts;
  const { eventType, version } = stop;
  const times = { now: () => Math.floor(options.clock.now()), marginMs: options.marginMs };
  const status = groupStatus(
    state,
    await readStatusFacts(sources, state, { versions: options.versions, times }),
  );
  const { brokerTime } = stop;
  const earliest = await orNone(sources.offsets.earliest(topicOf(eventType, version)));
  const retired = deprecation?.phase.kind === 'retired' && !deprecation.dropped.has(group);
  return {
    group,
    phase: phaseOf(state, version, { deprecation, status, brokerTime }),
    status,
    drainedPercent: drainedPercent(status, version, earliest),
    lag: await readLag(sources, status, times.now()),
    verdict: retired
      ? canDrop(await readDropFacts(sources, { eventType, version, group }, options))
      : groupVerdict(stop, facts),
  };
};

const readLag = async (
  { offsets }: EvidenceSources,
  { timeline, versions }: GroupProgress['status'],
  now: number,
): Promise<GroupProgress['lag']> => {
  const bound = timeline === undefined ? undefined : lastSegment(timeline).version;
  const own = versions.find(({ version }) => version === bound);
  if (own === undefined) return { events: undefined, seconds: undefined };
  const ends = own.partitions.flatMap(({ end }) => (end === undefined ? [] : [end]));
  const committed = own.partitions.map((one) => one.committed);
  return { events: own.lag, seconds: await lagSeconds(offsets, own.topic, { committed, ends, now }) };
};

const lastTrafficOf = ({ traffic, version }: StopFacts): MigrationStatus['lastTraffic'] => {
  if (traffic.kind === 'absent') return absent(traffic.because);
  const newest = traffic.value.sources
    .filter(({ publishedVersions }) => publishedVersions?.includes(version) !== false)
    .map((source) => source.newest);
  return seen(newest.length === 0 ? undefined : Math.max(...newest), traffic.at);
};

const endsOf = (
  { offsets }: EvidenceSources,
  { eventType, version }: VersionQuestion,
): Promise<readonly number[]> => orNone(offsets.end(topicOf(eventType, version)));

const orNone = async (read: Promise<readonly number[]>): Promise<readonly number[]> => {
  try {
    return await read;
  } catch (error) {
    if (isBatonError(error, 'topic-missing')) return [];
    throw error;
  }
};
