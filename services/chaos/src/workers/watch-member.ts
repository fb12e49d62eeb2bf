import type { GroupListener, GroupMember, GroupMemberFactory, GroupMemberOptions } from '@baton/messaging';
import type { HistoryWriter } from '../history/history-file';
import type { Points } from './points';

export interface WatchMemberDeps {
  readonly history: HistoryWriter;
  readonly points: Points;
  /** How many partitions the consumer of this group holds now. */
  readonly heldNow: (group: string) => number;
}

/** Writes down joins and commits, and lets a consumer be killed around them. */
export const watchMembers =
  (make: GroupMemberFactory, deps: WatchMemberDeps): GroupMemberFactory =>
  (options) => {
    const member = make(options);
    return {
      ...member,
      start: (listener) => member.start(watchedListener(listener, options, deps)),
      pause: (partitions) => {
        member.pause(partitions);
        if (deps.heldNow(options.group) === 0) return;
        deps.history.write({ kind: 'held', group: options.group });
        deps.points.reach('during-hold');
      },
      commit: watchedCommit(member, options, deps),
    };
  };

const watchedListener = (
  listener: GroupListener,
  { group }: GroupMemberOptions,
  { history, points }: WatchMemberDeps,
): GroupListener => ({
  joined: (generation) => {
    const { memberId: member, id, assignment } = generation;
    history.write({
      kind: 'joined',
      group,
      member,
      generation: id,
      assignment: Object.fromEntries(assignment),
    });
    listener.joined(generation);
    points.reach('after-join');
  },
  batch: (batch) => listener.batch(batch),
  heartbeat: (sentAt) => listener.heartbeat(sentAt),
  rebalancing: () => listener.rebalancing(),
  crashed: (error) => listener.crashed(error),
});

let commits = 0;

const watchedCommit =
  (
    member: GroupMember,
    { group }: GroupMemberOptions,
    { history, points }: WatchMemberDeps,
  ): GroupMember['commit'] =>
  async (generation, offsets) => {
    commits += 1;
    const commit = commits;
    history.write({
      kind: 'commit-called',
      commit,
      group,
      generation,
      offsets: offsets.map(({ topic, partition, offset }) => [topic, partition, offset]),
    });
    const committed = member.commit(generation, offsets);
    setImmediate(() => points.reach('during-commit'));
    try {
      await committed;
      history.write({ kind: 'commit-ended', commit, outcome: 'taken' });
    } catch (error) {
      history.write({ kind: 'commit-ended', commit, outcome: 'refused' });
      throw error;
    }
    points.reach('after-commit');
  };
