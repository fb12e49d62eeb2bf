import type { HistoryWriter } from '../history/history-file';

/** Where a publisher can be killed. */
export const publisherPoints = [
  'before-fence',
  'after-fence',
  'after-begin',
  'during-send',
  'after-send-before-commit',
  'during-commit',
  'after-commit-before-ack',
] as const;

/** Where a publisher that writes into an outbox can be killed. */
export const outboxPoints = ['after-outbox-insert', 'after-outbox-commit'] as const;

/** Where a relay can be killed: `after-stamp` is before the first send, `after-commit-before-ack` before the mark. */
export const relayPoints = [
  'after-range-taken',
  ...publisherPoints,
  'before-stamp',
  'after-stamp',
  'before-mark',
  'after-mark',
] as const;

/** Where a member with an inbox can be killed: `after-effect-commit` is before its offset is committed. */
export const inboxPoints = [
  'before-inbox-claim',
  'after-inbox-mark',
  'after-effect',
  'after-effect-commit',
] as const;

/** Where a consumer can be killed. */
export const consumerPoints = [
  'after-join',
  'after-log-read',
  'before-handler',
  'during-handler',
  'after-handler-before-commit',
  'during-commit',
  'after-commit',
  'during-hold',
  'before-ack-of-proposal',
  'after-ack-of-proposal',
  'before-park',
  'after-park',
] as const;

/** Where a script can be killed: around each entry that it appends. */
export const scriptPoints = [
  'before-binding-requested',
  'after-binding-requested',
  'before-binding-proposed',
  'after-binding-proposed',
  'before-binding-listed',
  'after-binding-listed',
  'before-binding-confirmed',
  'after-binding-confirmed',
] as const;

export type PublisherPoint = (typeof publisherPoints)[number];
export type OutboxPoint = (typeof outboxPoints)[number];
export type RelayPoint = (typeof relayPoints)[number];
export type InboxPoint = (typeof inboxPoints)[number];
export type ConsumerPoint = (typeof consumerPoints)[number];
export type ScriptPoint = (typeof scriptPoints)[number];
export type Point = PublisherPoint | OutboxPoint | RelayPoint | InboxPoint | ConsumerPoint | ScriptPoint;

/** What happens at an armed point: `stop` lets the process stand still until somebody wakes it. */
export type AtPoint = 'kill' | 'stop';

/** The named points of one process: an armed one kills or stops it the next time it is reached. */
export interface Points {
  arm(point: Point, how?: AtPoint): void;
  disarm(): void;
  /** Goes on, unless this point is armed. */
  reach(point: Point): void;
}

export interface PointsDeps {
  /** Must not return. */
  readonly die: () => never;
  /** Returns when the process goes on. */
  readonly standStill: () => void;
  readonly history: HistoryWriter;
}

export const createPoints = ({ die, standStill, history }: PointsDeps): Points => {
  let armed: { readonly point: Point; readonly how: AtPoint } | undefined;
  return {
    arm: (point, how = 'kill') => {
      armed = { point, how };
    },
    disarm: () => {
      armed = undefined;
    },
    reach: (point) => {
      if (point !== armed?.point) return;
      const { how } = armed;
      armed = undefined;
      history.write({ kind: how === 'kill' ? 'killed-at' : 'stopped-at', point });
      if (how === 'kill') die();
      standStill();
    },
  };
};

/** Stops this process until it is told to go on. */
export const stopItself = (): void => void process.kill(process.pid, 'SIGSTOP');

/** Ends this process as a power cut would: nothing runs any more. */
export const killItself = (): never => {
  process.kill(process.pid, 'SIGKILL');
  for (;;);
};
