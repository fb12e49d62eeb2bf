import type { CatalogEntry } from '@baton/contracts';
import {
  type ControlFollower,
  type GroupState,
  type GroupStatus,
  groupState,
  groupStatus,
  type PresenceList,
  readStatusFacts,
} from '@baton/control';
import { boundSince, formatInstant, isBatonError, topicOf, type Version } from '@baton/core';
import type { Context } from '../context';
import { enforcedMargin, factSources, versionsUpTo } from '../control-access';
import { timelineRows } from './bind-document';
import type { EventTypeStatus, GroupRow } from './status-document';

interface Known {
  readonly follower: ControlFollower;
  readonly presence: PresenceList;
}

interface Asked {
  readonly eventType: string;
  readonly versions: readonly Version[];
  readonly marginMs: number;
}

/** Asks the broker about everybody who reads or publishes an event type. */
export const readEventTypeStatus = async (
  entry: CatalogEntry,
  { follower, presence }: Known,
  context: Context,
): Promise<Omit<EventTypeStatus, 'migrations'>> => {
  const eventType = entry.name;
  const versions = versionsUpTo(Math.max(...entry.versions.map(({ version }) => version)));
  const asked = { eventType, versions, marginMs: await enforcedMargin(eventType, versions, context) };
  const topics = await readTopicEnds(asked, context);
  const groups = await groupsOf(entry, { follower, presence }, { topics, context });
  context.progress.step(`asking about ${groups.length} group(s) of ${eventType}`);
  const rows = groups.map((group) =>
    readGroup(groupState(follower.state(), group, eventType), asked, context),
  );
  return {
    eventType,
    topics,
    groups: await Promise.all(rows),
    publishers: publisherRows(presence, eventType),
  };
};

const readTopicEnds = async (
  { eventType, versions }: Asked,
  { broker }: Context,
): Promise<EventTypeStatus['topics']> => {
  const read = versions.map(async (version) => {
    try {
      const end = await broker().logOffsets.end(topicOf(eventType, version));
      return [[String(version), { partitions: end.length, end }] as const];
    } catch (error) {
      if (isBatonError(error, 'topic-missing')) return [];
      throw error;
    }
  });
  return Object.fromEntries((await Promise.all(read)).flat());
};

/** Registered groups, those the contract or an instance names, and unregistered ones that commit on its topics. */
const groupsOf = async (
  { name, groups }: CatalogEntry,
  { follower, presence }: Known,
  { topics, context }: { topics: EventTypeStatus['topics']; context: Context },
): Promise<readonly string[]> => {
  const registered = [...follower.state().groups.values()].filter(({ eventType }) => eventType === name);
  const live = presence.members.filter(({ handles }) => handles[name] !== undefined);
  const known = new Set([
    ...groups,
    ...registered.map(({ group }) => group),
    ...live.map(({ group }) => group),
  ]);
  const others = (await context.broker().groupReader.list()).filter((group) => !known.has(group));
  const reading = await unregisteredReaders(
    others,
    Object.keys(topics).map((version) => `${name}.v${version}`),
    context,
  );
  return [...known, ...reading].sort();
};

const unregisteredReaders = async (
  groups: readonly string[],
  topics: readonly string[],
  { broker }: Context,
): Promise<readonly string[]> => {
  const reading: string[] = [];
  for (let i = 0; i < groups.length; i += 16) {
    const some = groups.slice(i, i + 16).map(async (group) => {
      const committed = await broker().groupReader.committed(group, topics);
      return [...committed.values()].flat().some((offset) => offset !== undefined) ? [group] : [];
    });
    reading.push(...(await Promise.all(some)).flat());
  }
  return reading;
};

const readGroup = async (
  state: GroupState,
  { versions, marginMs }: Asked,
  context: Context,
): Promise<GroupRow> => {
  const [description, facts] = await Promise.all([
    context.broker().groupReader.describe(state.group),
    readStatusFacts(factSources(context), state, {
      versions,
      times: { now: context.clock.now, marginMs },
    }),
  ]);
  const status = groupStatus(state, facts);
  return {
    group: state.group,
    state: description.state,
    members: description.members.length,
    version: status.binding?.version ?? null,
    ...boundTo(status, versions),
    timeline: timelineRows(status.timeline),
    proposal: proposalOf(status),
    versions: Object.fromEntries(status.versions.map(versionRow)),
    drained: status.drained,
    because: status.because,
  };
};

const boundTo = (
  { timeline }: GroupStatus,
  versions: readonly Version[],
): Record<`BoundToV${number}Since`, string | null> =>
  Object.fromEntries(
    versionsUpTo(Math.max(2, ...versions))
      .filter((version) => version > 1)
      .map((version) => {
        const since = timeline === undefined ? undefined : boundSince(timeline, version);
        return [`BoundToV${version}Since`, since === undefined ? null : formatInstant(since)];
      }),
  );

const proposalOf = ({ open }: GroupStatus): GroupRow['proposal'] =>
  open === undefined
    ? null
    : {
        id: open.id,
        version: open.version,
        since: formatInstant(open.since),
        decideBy: new Date(open.decideBy).toISOString(),
      };

const versionRow = ({ version, partitions, lag }: GroupStatus['versions'][number]) =>
  [
    String(version),
    { committed: partitions.map(({ committed }) => committed ?? null), lag: lag ?? null },
  ] as const;

const publisherRows = ({ publishers }: PresenceList, eventType: string): EventTypeStatus['publishers'] =>
  publishers.flatMap(({ instance, publishes, at }) =>
    publishes[eventType] === undefined
      ? []
      : [{ instance, versions: publishes[eventType], at: new Date(at).toISOString() }],
  );
