import { topicOf, type Version } from '@baton/core';
import { type Clock, delay, readMemberMetadata } from '@baton/messaging';
import { deprecationOf, eventTypeState, versionsOver } from '../log/deprecation-state';
import type { ControlFollower } from '../log/follow-log';
import type { ControlState, GroupState } from '../log/state';
import type { GroupDescription, GroupReader } from '../ports/log';
import type { TopicGuard } from '../ports/topic-guard';
import type { GroupUsage, UsageReader } from '../ports/usage-reader';
import { groupStatus } from '../status/group-status';
import { readStatusFacts } from '../status/read-status';
import {
  absent,
  type Declarations,
  defaultEvidenceLimits,
  type EvidenceLimits,
  type Fact,
  type GroupFacts,
  type MemberFact,
  type OptionalFact,
  type StopFacts,
  type StrangerFact,
  seen,
  type VersionQuestion,
} from '../verdict/facts';
import { ask } from './collect';
import { askPresence, publishersOfType } from './publishers';
import { type FactSources, readTopics } from './read-facts';

/** Where evidence about a version comes from. What is left out is missing, and makes verdicts `unknown`. */
export interface EvidenceSources extends FactSources {
  readonly follower: ControlFollower;
  readonly usage?: UsageReader;
  readonly guard?: TopicGuard;
  /** Events with the version that wait in outboxes; `none-configured` if there is none. */
  readonly outbox?: 'none-configured' | ((question: VersionQuestion) => Promise<number>);
  /** Events of the version in a group's retry and dead-letter topics. */
  readonly deadLetters?:
    | 'none-configured'
    | ((question: VersionQuestion & { readonly group: string }) => Promise<number>);
}

/** How evidence is read. */
export interface EvidenceOptions {
  /** Every version of the event type whose topic may exist. */
  readonly versions: readonly Version[];
  /** The groups that should exist, as `event.yaml` lists them; left out: unknown. */
  readonly manifest?: readonly string[];
  /** How far ahead publishers' clocks may run. */
  readonly marginMs: number;
  /** Broker time; its timers wait between two looks. */
  readonly clock: Clock;
  /** How long to watch whether unregistered groups read on (milliseconds). */
  readonly observeMs?: number;
  readonly limits?: EvidenceLimits;
  readonly declared?: Declarations;
}

/** Reads everything that `canStop` decides on. */
export const readStopFacts = async (
  sources: EvidenceSources,
  question: VersionQuestion,
  options: EvidenceOptions,
): Promise<StopFacts> => {
  const { clock, limits = defaultEvidenceLimits, declared = {} } = options;
  const { follower, guard } = sources;
  const { eventType, version } = question;
  const topic = topicOf(eventType, version);
  const now = (): number => Math.floor(clock.now());
  await follower.catchUp();
  const logReadAt = now();
  const state = follower.state();
  const registered = [...state.groups.values()].filter(
    (one) => one.eventType === eventType && one.registration !== undefined,
  );
  const heard = await askPresence(sources, now);
  const facts = {
    log: seen(
      {
        deprecation: deprecationOf(state, eventType, version),
        revision: eventTypeState(state, eventType).revision,
        over: othersOver(state, question),
      },
      logReadAt,
    ),
    groups: seen(
      await Promise.all(registered.map((group) => readGroup(sources, group, { version, options }))),
      logReadAt,
    ),
    manifest:
      options.manifest === undefined ? absent('no event.yaml was read') : seen(options.manifest, now()),
    strangers: await readStrangers(sources, registered, { topic, options }),
    publishers: publishersOfType(heard, eventType),
    traffic: await readTraffic(sources, question, options),
    outbox: await optional(sources.outbox, now, (read) => read(question)),
    authorizer:
      guard === undefined
        ? absent('nobody asks the brokers')
        : await ask(now, async () => ((await guard.writesRefused(topic)) === undefined ? 'off' : 'on')),
  } as const;
  return { ...question, brokerTime: now(), limits, declared, ...facts };
};

const readGroup = async (
  sources: EvidenceSources,
  state: GroupState,
  { version, options }: { version: Version; options: EvidenceOptions },
): Promise<GroupFacts> => ({
  group: state.group,
  state,
  drained: await readDrained(sources, state, { version, options }),
  members: await readMembers(sources.groups, state.group, {
    now: () => options.clock.now(),
    logId: sources.follower.logId,
  }),
  deadLetters: await optional(
    sources.deadLetters,
    () => Math.floor(options.clock.now()),
    (read) => read({ eventType: state.eventType, version, group: state.group }),
  ),
});

/** The versions of an event type that are over, besides the one in question. */
export const othersOver = (
  state: ControlState,
  { eventType, version }: VersionQuestion,
): ReadonlySet<Version> =>
  new Set([...versionsOver(eventTypeState(state, eventType))].filter((one) => one !== version));

/** A source may have moved to another version altogether: what it wrote last there counts. */
const readTraffic = async (
  { usage, offsets }: EvidenceSources,
  { eventType }: VersionQuestion,
  { versions, clock }: EvidenceOptions,
): Promise<StopFacts['traffic']> => {
  if (usage === undefined) return absent('nobody reads the topics');
  return ask(clock.now, async () => {
    const topics = await readTopics(offsets, { eventType, versions });
    const existing = topics.filter(({ partitions }) => partitions !== undefined);
    const read = existing.map(async ({ topic, version }) => {
      const { sources, reach } = await usage.lastRecords(topic);
      const records = sources.reduce((sum, source) => sum + source.records, 0);
      return {
        reach: { topic, reach, records },
        sources: sources.map((source) => ({
          ...source,
          publishedVersions: source.publishedVersions ?? [version],
        })),
      };
    });
    const topicsRead = await Promise.all(read);
    return {
      sources: topicsRead.flatMap(({ sources }) => sources),
      reaches: topicsRead.map(({ reach }) => reach),
    };
  });
};

/** A version that the timeline never names has no cut of its own: nothing of it counted. */
const readDrained = async (
  sources: EvidenceSources,
  state: GroupState,
  { version, options }: { version: Version; options: EvidenceOptions },
): Promise<GroupFacts['drained']> => {
  const now = (): number => Math.floor(options.clock.now());
  if (state.timeline?.every((segment) => segment.version !== version) === true) {
    return seen({ drained: 'yes', because: [`v${version} never counted for it`] }, now());
  }
  return ask(now, async () => {
    const times = { now, marginMs: options.marginMs };
    const facts = await readStatusFacts(sources, state, { versions: [version], times });
    const own = groupStatus(state, facts).versions.find((one) => one.version === version);
    if (own === undefined) return { drained: 'unknown', because: [`v${version}: its topic does not exist`] };
    if (own.drain === undefined) return { drained: 'no', because: [`v${version} counts for the group`] };
    const because = own.drain.evidence.map((one) => `v${version}/${one.partition}: ${one.because}`);
    return { drained: own.drain.drained, because };
  });
};

/** The members of a group, and whether they are known to follow this control log. */
export const readMembers = async (
  groups: GroupReader,
  group: string,
  { now, logId }: { now: () => number; logId: string },
): Promise<Fact<readonly MemberFact[]>> => {
  const described = await ask(now, () => groups.describe(group));
  if (described.kind === 'absent') return described;
  if (described.value.state === 'Unknown') return absent('the broker does not describe the group');
  return seen(
    described.value.members.map((member) => memberFact(member, logId)),
    described.at,
  );
};

/** Presence is no help here: whoever follows a static timeline has it too. */
const memberFact = (
  { memberId, host, metadata = '' }: GroupDescription['members'][number],
  logId: string,
): MemberFact => {
  const agreement = readMemberMetadata(metadata)?.agreement;
  return { memberId, host, library: agreement === `log:${logId}` ? 'yes' : 'unknown' };
};

/** Looks twice, to see who reads on. */
const readStrangers = async (
  { usage }: EvidenceSources,
  registered: readonly GroupState[],
  { topic, options }: { topic: string; options: EvidenceOptions },
): Promise<StopFacts['strangers']> => {
  if (usage === undefined) return absent('nobody lists the groups of the topic');
  const { clock, observeMs = 0 } = options;
  return ask(clock.now, async () => {
    const before = await usage.groupsOn([topic]);
    if (observeMs > 0) await delay(clock, observeMs);
    const after = observeMs > 0 ? await usage.groupsOn([topic]) : before;
    const names = new Set([...before, ...after].map(({ group }) => group));
    for (const { group } of registered) names.delete(group);
    return [...names].sort().map((group): StrangerFact => {
      const was = before.find((one) => one.group === group);
      const is = after.find((one) => one.group === group);
      return {
        group,
        members: Math.max(was?.members.length ?? 0, is?.members.length ?? 0),
        advanced: is !== undefined && advanced(was, is, topic),
      };
    });
  });
};

const advanced = (was: GroupUsage | undefined, is: GroupUsage, topic: string): boolean => {
  const old = was?.committed.get(topic) ?? [];
  return (is.committed.get(topic) ?? []).some(
    (offset, partition) => offset !== undefined && offset > (old[partition] ?? -1),
  );
};

/** Reads a fact about something that need not be there. */
export const optional = async <F>(
  source: 'none-configured' | F | undefined,
  now: () => number,
  read: (source: F) => Promise<number>,
): Promise<OptionalFact<number>> => {
  if (source === undefined) return absent('nobody said whether there is one');
  return source === 'none-configured' ? { kind: 'none-configured' } : ask(now, () => read(source as F));
};
