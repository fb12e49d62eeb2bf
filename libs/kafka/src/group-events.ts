import type { Assignment, Clock, Generation, GroupListener } from '@baton/messaging';
import type { Consumer } from 'kafkajs';
import { toBatonError } from './errors';

export interface Listening {
  readonly clock: Clock;
  readonly group: string;
  readonly listener: GroupListener;
  readonly begin: (assignment: Assignment, joinedAt: number) => void;
  readonly lose: (how: 'rebalance' | 'crash') => void;
  readonly crashed: (error: unknown) => void;
  readonly generation: () => Generation | undefined;
}

/** Turns kafkajs's events, which are emitted within the call that causes them, into calls of the listener. */
export const listen = (
  consumer: Consumer,
  { clock, group, listener, begin, lose, crashed, generation }: Listening,
): void => {
  const { GROUP_JOIN, HEARTBEAT, REQUEST, REBALANCING, CRASH } = consumer.events;
  const sent = { SyncGroup: clock.elapsed(), Heartbeat: clock.elapsed() };

  consumer.on(REQUEST, ({ payload }) => {
    if (payload.apiName === 'SyncGroup' || payload.apiName === 'Heartbeat') {
      // kafkajs tells the age of the request by a clock that can be set
      sent[payload.apiName] = clock.elapsed() - Math.max(0, Date.now() - payload.createdAt);
    }
  });
  consumer.on(GROUP_JOIN, ({ payload }) => begin(toAssignment(payload.memberAssignment), sent.SyncGroup));
  consumer.on(HEARTBEAT, ({ payload }) => {
    if (payload.groupGenerationId === generation()?.id) listener.heartbeat(sent.Heartbeat);
  });
  consumer.on(REBALANCING, () => lose('rebalance'));
  consumer.on(CRASH, ({ payload }) => {
    lose('crash');
    if (!payload.restart) crashed(toBatonError(payload.error, `Membership in group ${group}`));
  });
};

const toAssignment = (assigned: { [topic: string]: number[] }): Assignment =>
  new Map(
    Object.entries(assigned)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([topic, partitions]) => [topic, [...partitions].sort((a, b) => a - b)]),
  );

/** Pauses survive a rebalance in kafkajs; ours begin anew with each generation. */
export const resumeAll = (consumer: Consumer): void => {
  const paused = consumer.paused();
  if (paused.length > 0) consumer.resume(paused);
};
