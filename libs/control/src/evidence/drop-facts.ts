import { topicOf } from '@baton/core';
import { type Deprecation, deprecationOf } from '../log/deprecation-state';
import { groupState } from '../log/state';
import type { TopicGuard } from '../ports/topic-guard';
import {
  absent,
  type DropFacts,
  type EndedPartition,
  type Fact,
  seen,
  type VersionQuestion,
} from '../verdict/facts';
import { ask } from './collect';
import { type EvidenceOptions, type EvidenceSources, optional, othersOver, readMembers } from './stop-facts';

/** Reads everything that `canDrop` decides on. */
export const readDropFacts = async (
  sources: EvidenceSources,
  question: VersionQuestion & { readonly group: string },
  options: Pick<EvidenceOptions, 'clock' | 'declared'>,
): Promise<DropFacts> => {
  const { follower, guard, groups } = sources;
  const { eventType, version, group } = question;
  const now = (): number => Math.floor(options.clock.now());
  await follower.catchUp();
  const logReadAt = now();
  const deprecation = deprecationOf(follower.state(), eventType, version);
  const state = groupState(follower.state(), group, eventType);
  const over = othersOver(follower.state(), question);
  const partitions = await ask(now, () => readEnded(sources, question, deprecation));
  const members = await readMembers(groups, group, { now, logId: follower.logId });
  return {
    ...question,
    brokerTime: now(),
    declared: options.declared ?? {},
    log: seen({ deprecation, state, over }, logReadAt),
    partitions,
    members,
    writesRefused: await askWritesRefused(guard, topicOf(eventType, version), now),
    deadLetters: await optional(sources.deadLetters, now, (read) => read(question)),
  };
};

/** Without an authorizer nobody can tell. */
export const askWritesRefused = async (
  guard: TopicGuard | undefined,
  topic: string,
  now: () => number,
): Promise<Fact<boolean>> => {
  if (guard === undefined) return absent('nobody asks the brokers');
  const refused = await ask(now, () => guard.writesRefused(topic));
  if (refused.kind === 'absent') return refused;
  return refused.value === undefined
    ? absent('the brokers have no authorizer')
    : seen(refused.value, refused.at);
};

/** Where the group stands against the final ends; against the ends of today while the version is not final. */
const readEnded = async (
  { groups, offsets }: EvidenceSources,
  { eventType, version, group }: VersionQuestion & { readonly group: string },
  deprecation: Deprecation | undefined,
): Promise<readonly EndedPartition[]> => {
  const topic = topicOf(eventType, version);
  const ends = await offsets.end(topic);
  const committed = (await groups.committed(group, [topic])).get(topic) ?? [];
  const final = deprecation?.phase.kind === 'retired' ? deprecation.phase.final.ends : ends;
  return Array.from({ length: Math.max(final.length, ends.length) }, (_, partition) => ({
    partition,
    final: final[partition] ?? 0,
    end: ends[partition],
    committed: committed[partition],
  }));
};
