import { formatInstant, type Instant, lastSegment, type Timeline, type Version } from '@baton/core';
import { type BindFacts, type InstanceFact, passedPartitions } from '../evidence/bind-facts';
import type { BindRequest } from './bind-request';
import { type Reason, recordPassed } from './reasons';

/** A group that never registered has no timeline to bind. */
export const notRegistered = ({ group, eventType }: BindRequest): Reason => ({
  code: 'group-not-registered',
  text: `Expected group "${group}" to be registered for ${eventType}, but the control log has no registration. Start one member of it once, with the release that runs today; it registers itself.`,
});

/** The version is bound already, from another instant. */
export const boundOtherwise = ({ version, since }: BindRequest, bound: Instant): Reason => ({
  code: 'bound-otherwise',
  text: `Already bound to v${version} since ${formatInstant(bound)}, not ${since === undefined ? '' : formatInstant(since)}. A binding is never moved; leave the instant out.`,
});

/** The version retires, or the group has dropped it. */
export const versionBarred = ({ group, version }: BindRequest, because: string): Reason => ({
  code: 'version-over',
  text: `Expected a version that group "${group}" can still read, but ${because}. There is no way back to v${version}; bind to its successor.`,
});

/** What speaks against the instant. */
export const objectionsToInstant = (line: Timeline, since: Instant, earliest: Instant): readonly Reason[] => {
  const last = lastSegment(line).since;
  if (since <= last) {
    const text = `Expected an instant after the last binding, ${formatInstant(last)}, got ${formatInstant(since)}. Bindings are only added at the end; take ${formatInstant(earliest)} or later.`;
    return [{ code: 'since-before-last-binding', text }];
  }
  if (since >= earliest) return [];
  const text = `Expected an instant that every member can still be asked about, got ${formatInstant(since)}. The earliest valid instant now is ${formatInstant(earliest)}; leave it out to take that one.`;
  return [{ code: 'since-too-early', text }];
};

/** What speaks against the topics. */
export const objectionsToTopics = (
  { eventType, version }: BindRequest,
  { topics }: BindFacts,
): readonly Reason[] => {
  const wanted = topics.find((topic) => topic.version === version);
  if (wanted?.partitions === undefined) {
    const text = `Expected the topic of ${eventType} v${version} to exist, but it does not. Create it with \`baton topics apply\`.`;
    return [{ code: 'topic-missing', text }];
  }
  const others = topics.filter(({ partitions }) => partitions !== undefined);
  if (others.every(({ partitions }) => partitions === wanted.partitions)) return [];
  const counts = others.map(({ topic, partitions }) => `${topic} has ${partitions}`).join(', ');
  const text = `Expected equal partition counts in every version of ${eventType}, but ${counts}. Twins must share a partition number: recreate the newer topic with as many.`;
  return [{ code: 'topics-differ', text }];
};

/** What speaks against the live members. */
export const objectionsToMembers = (
  { group, version }: BindRequest,
  { group: described, members, topics }: BindFacts,
): readonly Reason[] => {
  if (described.state === 'Unknown') {
    const text = `Expected the broker to describe group "${group}", but its state is unknown, so its members cannot be listed. Try again when the broker answers.`;
    return [{ code: 'group-unreadable', text }];
  }
  const unable = liveMembers({ group: described, members }).filter(
    ({ versions }) => !versions.includes(version),
  );
  const topic = topics.find((one) => one.version === version)?.topic;
  const without = described.members.filter(
    ({ topics: own = [] }) => topic !== undefined && own.length > 0 && !own.includes(topic),
  );
  const names = (list: readonly string[]): string => list.join(', ');
  return [
    ...(unable.length === 0
      ? []
      : [
          {
            code: 'version-not-handled' as const,
            text: `Expected every live member of "${group}" to handle v${version}, but ${names(unable.map(({ instance }) => instance))} cannot. Upgrade them first, or stop them.`,
          },
        ]),
    ...(without.length === 0
      ? []
      : [
          {
            code: 'version-not-subscribed' as const,
            text: `Expected every member of "${group}" to subscribe to ${topic}, but ${names(without.map(({ memberId }) => memberId))} does not. Finish the roll-out of the release that reads it.`,
          },
        ]),
  ];
};

/** What speaks against the instant in what the group has committed. */
export const objectionsToPositions = (since: Instant, { partitions }: BindFacts): readonly Reason[] => {
  const passed = passedPartitions(partitions);
  if (passed.length === 0) return [];
  return [recordPassed(since, passed)];
};

/** What does not stop a binding, and is to be known. */
export const cautionsOf = (
  { group, version }: BindRequest,
  { group: described, members, publishers }: BindFacts,
): readonly Reason[] => {
  const without = publishers.filter(({ versions }) => !versions.includes(version));
  return [
    ...(everybodySpoke({ group: described, members }) ? [] : [handlersUnknown(group, version)]),
    ...(publishers.length === 0
      ? [
          {
            code: 'publishers-unknown' as const,
            text: `No live publisher has said which versions it publishes. Events without v${version} go on to count as the version they have.`,
          },
        ]
      : []),
    ...(without.length === 0
      ? []
      : [
          {
            code: 'version-not-published' as const,
            text: `${without.map(({ instance }) => instance).join(', ')} publishes no v${version}. Its events go on to count as the version they have, and can change places with others at the cut.`,
          },
        ]),
  ];
};

/** A killed instance leaves its word behind: only those count that are in the group now, by their client id. */
const liveMembers = ({ group, members }: Pick<BindFacts, 'group' | 'members'>): readonly InstanceFact[] =>
  members.filter(({ instance }) => group.members.some(({ clientId }) => clientId === instance));

const everybodySpoke = ({ group, members }: Pick<BindFacts, 'group' | 'members'>): boolean =>
  group.members.length > 0 &&
  group.members.every(({ clientId }) => members.some(({ instance }) => instance === clientId));

const handlersUnknown = (group: string, version: Version): Reason => ({
  code: 'handlers-unknown',
  text: `Not every member of "${group}" says what it handles, or none is running. Run it with a release that handles v${version}; another one refuses to start.`,
});
