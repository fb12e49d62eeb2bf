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
export type ConsumerPoint = (typeof consumerPoints)[number];
export type ScriptPoint = (typeof scriptPoints)[number];
export type Point = PublisherPoint | ConsumerPoint | ScriptPoint;

/** The named points of one process: an armed one kills it the next time it is reached. */
export interface Points {
  arm(point: Point): void;
  /** Goes on, unless this point is armed. */
  reach(point: Point): void;
}

/** `die` must not return. */
export const createPoints = (die: () => never, history: HistoryWriter): Points => {
  let armed: Point | undefined;
  return {
    arm: (point) => {
      armed = point;
    },
    reach: (point) => {
      if (point !== armed) return;
      history.write({ kind: 'killed-at', point });
      die();
    },
  };
};

/** Ends this process as a power cut would: nothing runs any more. */
export const killItself = (): never => {
  process.kill(process.pid, 'SIGKILL');
  for (;;);
};
