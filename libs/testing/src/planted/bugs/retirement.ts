import type { PlantedBug } from '../planted-bug';

const drained = 'libs/control/src/status/drained.ts';
const retirements = 'libs/messaging/src/publisher/retirements.ts';
const retire = 'libs/control/src/retire/retire-publisher.ts';

/** Faults on the way to the end of a version. */
export const retirementBugs: readonly PlantedBug[] = [
  {
    name: 'uncommitted-counted-as-no-lag',
    says: 'A partition without a committed offset counts as read to its end.',
    breaks: 'safe only on evidence',
    edits: [
      {
        file: 'libs/control/src/verdict/can-drop.ts',
        find: "const missing = committed === undefined ? 'committed offset' : end === undefined ? 'end' : undefined;",
        replace: "const missing = end === undefined ? 'end' : undefined;",
      },
      {
        file: 'libs/control/src/verdict/can-bind.ts',
        find: 'own.length > 0 && missing.length === 0',
        replace: 'own.length > 0',
      },
      {
        file: drained,
        find: "if (committed === undefined) return { drained: 'unknown', because: 'no committed offset is known' };",
        replace: "if (committed === undefined) return { drained: 'yes', because: 'nothing is committed' };",
      },
    ],
  },
  {
    name: 'stop-without-drain',
    says: 'Whether the groups have drained the version is not asked before publishers stop it.',
    breaks: 'safe only on evidence',
    edits: [
      {
        file: 'libs/control/src/verdict/check-groups.ts',
        find: '    ...checkDrained(version, group, drained),\n',
        replace: '    ...checkDrained(version, group, drained).slice(1),\n',
      },
    ],
  },
  {
    name: 'retiring-acknowledged-early',
    firstSeed: 75,
    says: 'A publisher says that it writes a version no more while events with it are under way.',
    breaks: 'final is final',
    edits: [
      { file: retirements, find: '        await underWay.without(eventType, version);\n', replace: '' },
      {
        file: retirements,
        find: 'if (!current() || underWay.carries(eventType, version)) continue;',
        replace: 'if (!current()) continue;',
      },
    ],
  },
  {
    name: 'final-before-writes-are-refused',
    says: 'The end of a version is recorded while the broker still takes writes to it.',
    breaks: 'final is final',
    edits: [
      {
        file: retire,
        find: 'const outcome = await sources.guard?.refuseWrites(topicOf(question.eventType, question.version));',
        replace: "const outcome: string = 'refused';",
      },
      {
        file: 'libs/control/src/retire/judge-end.ts',
        find: "retirement.writes?.how === 'override'",
        replace: 'retirement.writes !== undefined',
      },
    ],
  },
];
