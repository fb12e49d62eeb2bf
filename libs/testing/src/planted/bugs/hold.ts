import type { Edit, PlantedBug } from '../planted-bug';

const hold = 'libs/messaging/src/consumer/hold.ts';
const keeper = 'libs/messaging/src/consumer/hold-keeper.ts';
const run = 'libs/messaging/src/consumer/lane-reader.ts';

/** Without it a lane that was never marked would wait for ever, and the fault would be another one. */
const noBarrierNoWait: Edit = {
  file: hold,
  find: 'return barrier === undefined || committed === undefined || committed < barrier;',
  replace: 'return barrier !== undefined && (committed === undefined || committed < barrier);',
};

/** Faults in the hold, which keeps order across a cut. */
export const holdBugs: readonly PlantedBug[] = [
  {
    name: 'no-hold',
    says: 'Nothing waits for the older version.',
    breaks: 'in order',
    edits: [
      {
        file: keeper,
        find: 'if (before.length === 0) return true;',
        replace: 'if (before.length >= 0) return true;',
      },
    ],
  },
  {
    name: 'hold-by-await',
    says: 'A held record waits inside of its batch, and so keeps the next fetch from coming.',
    breaks: 'no standstill',
    edits: [
      {
        file: keeper,
        find: "import { mayPassCycle, notReached, setBarrier } from './hold';",
        replace:
          "import { delay } from '../ports/runtime';\nimport { mayPassCycle, notReached, setBarrier } from './hold';",
      },
      {
        file: keeper,
        find: "this.deps.pauses.pause(lane, { kind: 'hold', createdAt, waitsFor: before });\n    this.review();\n    return false;",
        replace:
          'while (notReached(lane, siblings, before).length > 0) await delay(this.deps.context.clock, 50);\n    return true;',
      },
    ],
  },
  {
    name: 'hold-until-position',
    says: 'The hold opens once the older version is read up to the barrier, committed or not.',
    breaks: 'in order',
    edits: [
      {
        file: hold,
        find: 'const committed = siblings.get(version)?.committed;',
        replace: 'const committed = siblings.get(version)?.position;',
      },
    ],
  },
  {
    name: 'hold-on-fallback-events',
    says: 'Events that the timeline names in another version than they have are held too.',
    breaks: 'in order',
    edits: [
      {
        file: run,
        find: "if (decision.because === 'named') {",
        replace: "if (decision.because === 'named' || decision.because === 'nearest-published') {",
      },
    ],
  },
  {
    name: 'barrier-from-last-stable-offset',
    says: 'A barrier is the end of a log as read_committed sees it, so it leaves out what an open transaction hides.',
    breaks: 'in order',
    edits: [
      {
        file: keeper,
        find: 'this.deps.context.logOffsets.end(topic)',
        replace: 'this.deps.context.logOffsets.stable(topic)',
      },
      {
        file: 'libs/messaging/src/ports/log-offsets.ts',
        find: '  end(topic: string): Promise<readonly number[]>;\n',
        replace:
          '  end(topic: string): Promise<readonly number[]>;\n  stable(topic: string): Promise<readonly number[]>;\n',
      },
      {
        file: 'libs/testing/src/broker/log-offsets.ts',
        find: 'end: (topic) => ask(topic, (log) => log.highWatermark()),',
        replace:
          'end: (topic) => ask(topic, (log) => log.highWatermark()),\n    stable: (topic) => ask(topic, (log) => log.lastStableOffset()),',
      },
    ],
  },
  {
    name: 'skips-before-the-binding-set-no-mark',
    says: 'What is skipped before a binding is known sets no unread mark, so no barrier is read after it.',
    breaks: 'in order',
    edits: [
      { file: 'libs/messaging/src/consumer/lane.ts', find: 'unread: true,', replace: 'unread: false,' },
      {
        file: run,
        find: 'lane.unread = true;',
        replace: 'if (timeline.length > 1) lane.unread = true;',
      },
      noBarrierNoWait,
    ],
  },
  {
    name: 'skips-set-no-mark',
    says: 'Only the assignment sets the unread mark: a version that is bound for the second time goes by its first barrier.',
    breaks: 'in order',
    edits: [{ file: run, find: '      lane.unread = true;\n', replace: '' }],
  },
  {
    name: 'held-record-passed-over',
    says: 'A batch whose record is held is answered as if the record was handled.',
    breaks: 'never lost',
    edits: [
      {
        file: run,
        find: "if (!admitted || !mayGoOn(lane)) return 'stands';",
        replace: "if (!admitted) return 'passed';\n    if (!mayGoOn(lane)) return 'stands';",
      },
    ],
  },
  {
    name: 'no-cycle-rule',
    says: 'Records of two versions that wait for each other wait for ever.',
    breaks: 'no permanent hold',
    edits: [{ file: hold, find: 'waitsFor.length > 0 &&', replace: 'waitsFor.length < 0 &&' }],
  },
];
