import type { PlantedBug } from '../planted-bug';

/** Faults in the rule, and in how its answer is followed. */
export const ruleBugs: readonly PlantedBug[] = [
  {
    name: 'boundary-excluded',
    says: 'A segment begins after its instant: `>` in place of `>=`.',
    breaks: 'the rule',
    edits: [
      {
        file: 'libs/core/src/timeline.ts',
        find: 'segment.since <= createdAt) low = middle',
        replace: 'segment.since < createdAt) low = middle',
      },
    ],
  },
  {
    name: 'published-versions-ignored',
    says: 'The version that the timeline names counts, even for events that were never published in it.',
    breaks: 'never lost',
    edits: [
      {
        file: 'libs/core/src/rule.ts',
        find: 'const responsible = nearestPublished(named, published);',
        replace: 'const responsible = published.length > 0 ? named : nearestPublished(named, published);',
      },
    ],
  },
  {
    name: 'stock-aborted-read-filter',
    says: 'Aborted transactions take effect in the order in which the broker lists them, at most one a record.',
    breaks: 'no aborted read',
    edits: [
      {
        file: 'libs/messaging/src/consumer/aborted-reads.ts',
        find: '[...aborted].sort((a, b) => a.firstOffset - b.firstOffset)',
        replace: '[...aborted]',
      },
      {
        file: 'libs/messaging/src/consumer/aborted-reads.ts',
        find: 'aborting.add(transaction.producerId);',
        replace: 'aborting.add(transaction.producerId);\n      next += 1;\n      break;',
      },
    ],
  },
  {
    name: 'stragglers-dropped',
    says: 'An event that counts as the older version and comes after the cut was drained is passed over.',
    breaks: 'never lost',
    edits: [
      {
        file: 'libs/messaging/src/consumer/lane-reader.ts',
        find: 'if (lane.failures === 0 && isStraggler(lane, lanes().siblingsOf(lane), place))\n      this.countStraggler(lane, envelope);',
        replace: "if (isStraggler(lane, lanes().siblingsOf(lane), place)) return 'passed';",
      },
    ],
  },
  {
    name: 'earliest-to-latest',
    says: 'A partition without a committed offset is read from its end on.',
    breaks: 'never lost',
    edits: [
      {
        file: 'libs/messaging/src/consumer/assignment.ts',
        find: 'createLane(subscription, version, startAt(stored, first))',
        replace: 'createLane(subscription, version, startAt(stored, end))',
      },
    ],
  },
  {
    name: 'commit-before-effect',
    says: 'An event counts as read, and may be committed past, before it is handled.',
    breaks: 'never lost',
    edits: [
      {
        file: 'libs/messaging/src/consumer/event-runner.ts',
        find: 'const outcome = await this.deps.attempts.attempt(delivery);',
        replace:
          'track.position = record.offset + 1;\n    const outcome = await this.deps.attempts.attempt(delivery);',
      },
    ],
  },
];
