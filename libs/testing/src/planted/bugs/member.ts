import type { PlantedBug } from '../planted-bug';

const run = 'libs/messaging/src/consumer/generation-run.ts';
const commits = 'libs/messaging/src/consumer/commit-loop.ts';

/** Faults of a member between its joins: assignment, lease, generations, commits. */
export const memberBugs: readonly PlantedBug[] = [
  {
    name: 'round-robin-assignment',
    says: 'The versions of one partition go to different members.',
    breaks: 'no permanent hold',
    edits: [
      {
        file: 'libs/messaging/src/consumer/assignor.ts',
        find: 'candidates[(partition + ordinal) % candidates.length]',
        replace: 'candidates[(partition + ordinal + topics.indexOf(topic)) % candidates.length]',
      },
    ],
  },
  {
    name: 'log-not-read-after-a-join',
    says: 'A member begins its generation with what it happens to know of the control log.',
    breaks: 'nothing before the log was read',
    edits: [
      {
        file: 'libs/messaging/src/consumer/assignment.ts',
        find: 'const { bindings, subscriptions } = context;\n  await bindings.catchUp();\n',
        replace: 'const { subscriptions } = context;\n',
      },
    ],
  },
  {
    name: 'no-lease',
    says: 'A member goes on for as long as nobody tells it to stop.',
    breaks: 'nothing on an expired lease',
    edits: [
      {
        file: 'libs/messaging/src/consumer/lease.ts',
        find: 'return this.confirmedFrom + this.lengthMs - now;',
        replace: 'return Math.max(this.confirmedFrom + this.lengthMs - now, this.lengthMs);',
      },
    ],
  },
  {
    name: 'lease-from-the-answer',
    firstSeed: 29,
    says: 'The lease begins when the answer to a heartbeat arrives, not when the heartbeat was sent.',
    breaks: 'nothing on an expired lease',
    edits: [
      {
        file: 'libs/messaging/src/consumer/consumer.ts',
        find: 'lease.renew(sentAt);',
        replace: 'lease.renew(Math.max(sentAt, this.context.clock.elapsed()));',
      },
    ],
  },
  {
    name: 'old-generation-goes-on',
    says: 'A batch of a former generation is handled to its end, whoever owns its partition now.',
    breaks: 'nothing of a former generation',
    edits: [
      {
        file: run,
        find: "    this.state = 'ended';\n    this.lost.abort();\n",
        replace: '',
      },
    ],
  },
  {
    name: 'commit-of-unowned-partitions',
    says: 'A member goes on to commit the partitions that it has lost, in its new generation.',
    breaks: 'commits for owned partitions only',
    edits: [
      {
        file: commits,
        find: '/** Commits what a generation has passed',
        replace:
          'const everOwned = new WeakMap<RunContext, Map<string, Track>>();\n\n/** Commits what a generation has passed',
      },
      {
        file: commits,
        find: 'const dirty = this.tracks()',
        replace:
          'const known = everOwned.get(this.context) ?? new Map<string, Track>();\n    everOwned.set(this.context, known);\n    for (const track of this.tracks()) known.set([track.topic, track.partition].join(), track);\n    const dirty = [...known.values()]',
      },
    ],
  },
];
