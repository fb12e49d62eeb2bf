import type { GroupListener, GroupMemberFactory } from '@baton/messaging';

/** Memberships that tell when a fetched batch has been passed, and otherwise are those of `make`. */
export const watchedMember =
  (make: GroupMemberFactory, afterBatch: () => void): GroupMemberFactory =>
  (options) => {
    const member = make(options);
    return { ...member, start: (listener) => member.start(watched(listener, afterBatch)) };
  };

const watched = (listener: GroupListener, afterBatch: () => void): GroupListener => ({
  joined: (generation) => listener.joined(generation),
  batch: async (batch) => {
    const answer = await listener.batch(batch);
    afterBatch();
    return answer;
  },
  heartbeat: (sentAt) => listener.heartbeat(sentAt),
  rebalancing: () => listener.rebalancing(),
  crashed: (error) => listener.crashed(error),
});
