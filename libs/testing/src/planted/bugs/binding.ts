import type { Edit, PlantedBug } from '../planted-bug';

const judge = 'libs/control/src/log/judge-binding.ts';
const answers = 'libs/messaging/src/consumer/answer-proposals.ts';
const run = 'libs/messaging/src/consumer/generation-run.ts';
const reader = 'libs/messaging/src/consumer/lane-reader.ts';
const carry = 'libs/control/src/bind/carry-proposal.ts';
const nextStep = 'libs/control/src/bind/next-bind-step.ts';

const confirmedLate: readonly Edit[] = [
  {
    file: judge,
    find: 'if (at > proposal.decideBy) return no(',
    replace: 'if (at > proposal.decideBy + 60_000) return no(',
  },
  {
    file: nextStep,
    find: 'return brokerTime > proposal.decideBy ? deadlinePassed(proposal, silent) : undefined;',
    replace: 'return brokerTime > proposal.decideBy + 60_000 ? deadlinePassed(proposal, silent) : undefined;',
  },
];

/** Faults in the procedure that binds a group. */
export const bindingBugs: readonly PlantedBug[] = [
  {
    name: 'bind-at-now',
    says: 'A group is bound from the present on, without an instant in the future.',
    breaks: 'listed before the instant by the lead',
    edits: [
      {
        file: 'libs/control/src/bind/timings.ts',
        find: 'instantFromMillis(brokerTime + leadOf(timings) + timings.listingMs)',
        replace: 'instantFromMillis(brokerTime)',
      },
      {
        file: judge,
        find: 'if (at + entry.lead >= entry.since) {',
        replace: 'if (at >= entry.since + 60_000) {',
      },
      {
        file: judge,
        find: 'if (at >= proposal.since - proposal.lead) {',
        replace: 'if (at >= proposal.since + 60_000) {',
      },
    ],
  },
  {
    name: 'promise-not-kept',
    says: 'Members go on past the instant of an open proposal.',
    breaks: 'no record past the instant before the outcome',
    edits: [
      {
        file: reader,
        find: 'return proposal !== undefined && createdAt >= proposal.since;',
        replace: 'return proposal !== undefined && createdAt < 0;',
      },
    ],
  },
  {
    name: 'promise-excludes-the-boundary',
    says: 'A member that waits for an outcome lets the record pass that is created at the very instant.',
    breaks: 'no record past the instant before the outcome',
    edits: [
      {
        file: reader,
        find: 'return proposal !== undefined && createdAt >= proposal.since;',
        replace: 'return proposal !== undefined && createdAt > proposal.since;',
      },
    ],
  },
  {
    name: 'promise-forgotten-after-a-rebalance',
    says: 'A promise holds for the generation in which it was given.',
    breaks: 'no record past the instant before the outcome',
    edits: [
      {
        file: reader,
        find: '  constructor(private readonly deps: ReaderDeps) {}\n',
        replace: [
          '  private readonly ofFormerGenerations: ReadonlySet<string | undefined>;',
          '',
          '  constructor(private readonly deps: ReaderDeps) {',
          '    const { bindings, subscriptions } = deps.context;',
          '    this.ofFormerGenerations = new Set(',
          '      subscriptions.map(({ eventType }) => bindings.of(eventType.name).proposal?.id),',
          '    );',
          '  }',
          '',
        ].join('\n'),
      },
      {
        file: reader,
        find: 'return proposal !== undefined && createdAt >= proposal.since;',
        replace:
          'if (this.ofFormerGenerations.has(proposal?.id)) return false;\n    return proposal !== undefined && createdAt >= proposal.since;',
      },
    ],
  },
  {
    name: 'acknowledges-without-looking-at-skipped-records',
    firstSeed: 127,
    says: 'A member answers by what it has processed; what it has skipped does not count.',
    breaks: 'no acknowledgement past the instant',
    edits: [
      {
        file: answers,
        find: 'lane.subscription.eventType.name === eventType.name);',
        replace: 'lane.subscription.eventType.name === eventType.name && lane.version !== version);',
      },
      {
        file: reader,
        find: "      this.take(lane, createdAt);\n      if (decision.kind === 'process')\n        return this.process(lane, record, { envelope, timeline, decision, scope });\n",
        replace: [
          "      if (decision.kind === 'process') {",
          '        this.take(lane, createdAt);',
          '        return this.process(lane, record, { envelope, timeline, decision, scope });',
          '      }',
          '',
        ].join('\n'),
      },
    ],
  },
  {
    name: 'acknowledges-without-looking',
    firstSeed: 127,
    says: 'A member acknowledges whatever is proposed.',
    breaks: 'no acknowledgement past the instant',
    edits: [
      {
        file: answers,
        find: 'const newest = context.newestTaken.get(eventType.name);',
        replace: 'const newest = context.newestTaken.get(context.group);',
      },
      {
        file: answers,
        find: 'if (lane.newestPassed >= since || (await passedStampFrom(context, lane, since))) {',
        replace:
          'if (lane.newestPassed < since && lane.newestPassed >= since && (await passedStampFrom(context, lane, since))) {',
      },
    ],
  },
  {
    name: 'acknowledgement-by-instance-name',
    says: 'Members are listed and answer by the name of their instance, which several memberships share.',
    breaks: 'every member of the group is listed',
    edits: [
      {
        file: carry,
        find: 'return members.map(({ memberId }) => memberId);',
        replace: 'return members.map(({ clientId }) => clientId);',
      },
      {
        file: carry,
        find: 'present: group.members.map(({ memberId }) => memberId),',
        replace: 'present: group.members.map(({ clientId }) => clientId),',
      },
      {
        file: run,
        find: 'memberId: this.generation.memberId,',
        replace: "memberId: this.generation.memberId.replace(/-[^-]*$/, ''),",
      },
    ],
  },
  {
    name: 'silent-member-tolerated',
    says: 'A binding is confirmed though one listed member has not answered.',
    breaks: 'confirmed only if every listed member answered',
    edits: [
      {
        file: judge,
        find: 'if (silent.length > 0) return no(',
        replace: 'if (silent.length > 1) return no(',
      },
      {
        file: nextStep,
        find: 'if (objection === undefined && silent.length === 0)',
        replace: 'if (objection === undefined && silent.length <= 1)',
      },
    ],
  },
  {
    name: 'confirmed-after-the-deadline',
    firstSeed: 177,
    says: 'A confirmation counts whenever it comes.',
    breaks: 'decided by decideBy',
    edits: confirmedLate,
  },
  {
    name: 'void-entries-applied',
    says: 'A proposal counts though another one is open, or something was decided since its writer looked.',
    breaks: 'void entries change nothing',
    edits: [
      {
        file: judge,
        find: 'if (group.open !== undefined) return no(',
        replace: 'if (group.open?.id === entry.proposal) return no(',
      },
      {
        file: judge,
        find: 'if (entry.expectedRevision !== group.revision) {',
        replace: 'if (entry.expectedRevision > group.revision) {',
      },
    ],
  },
  {
    name: 'roll-back-removes-the-binding',
    says: 'A binding back to the older version takes the newer one out of the timeline.',
    breaks: 'timelines only grow',
    edits: [
      {
        file: judge,
        find: 'const timeline = bind(group.timeline, { since: proposal.since, version: proposal.version });',
        replace: [
          'const timeline =',
          '    group.timeline.at(-2)?.version === proposal.version',
          '      ? timelineOf(group.timeline.slice(0, -1))',
          '      : bind(group.timeline, { since: proposal.since, version: proposal.version });',
        ].join('\n'),
      },
      {
        file: judge,
        find: "lastSegment } from '@baton/core';",
        replace: "lastSegment, timeline as timelineOf } from '@baton/core';",
      },
    ],
  },
];
