import type { CatalogEntry } from '@baton/contracts';
import { defaultBindTimings } from '@baton/control';
import { parseTopic, topicOf, version } from '@baton/core';
import {
  controlTopicSpec,
  eventTopicSpec,
  groupTopicSpec,
  presenceTopicSpec,
  type TopicOutcome,
  type TopicSpec,
} from '@baton/kafka';
import { deadLetterTopicOf, retryTopicOf } from '@baton/messaging';
import { z } from 'zod';
import type { Style } from '../output/style';
import type { Settings } from '../settings/settings';
import { chosenCatalog } from './catalog-input';
import { defineCommand } from './command';
import { list, schemaVersion } from './document-parts';
import { countInput, millisInput } from './inputs';

const topicRow = z.strictObject({
  topic: z.string(),
  outcome: z.enum(['created', 'missing', 'equal', 'different']),
  differences: list(z.strictObject({ setting: z.string(), expected: z.string(), got: z.string() })),
});
type TopicRow = z.infer<typeof topicRow>;

const output = z.strictObject({ schemaVersion, dryRun: z.boolean(), topics: list(topicRow) });

const { marginMs: usualMarginMs } = defaultBindTimings;

/** A clock that is further ahead is broken, and every binding would have to wait that long. */
const longestMarginMs = 60_000;

/** `baton topics apply` */
export const topicsApply = defineCommand({
  path: ['topics', 'apply'],
  summary:
    'Create the topics of every live version, of the groups’ dead letters, of the control log and of presence; verify those that exist',
  details: [
    'What exists is never changed, only compared: a difference fails, and names the setting. With --dry-run nothing is created; a missing topic then ends with 2.',
    'The margin is how far a publisher’s clock may run ahead of the broker’s. The broker enforces it (message.timestamp.after.max.ms), and bindings lie at least that far ahead.',
  ],
  options: [
    { flags: '--dry-run', describes: 'show what would be created' },
    {
      flags: '--margin-ms <ms>',
      describes: `margin of event topics (default ${usualMarginMs}, or what an existing topic has, if less)`,
    },
    { flags: '--replicas <count>', describes: 'replicas of what is created (default: the broker’s)' },
  ],
  exits: ['pending'],
  examples: ['baton topics apply --dry-run', 'baton topics apply'],
  input: z.object({
    dryRun: z.boolean().default(false),
    marginMs: millisInput
      .refine((ms) => ms <= longestMarginMs, {
        error: ({ input }) => `Expected at most ${longestMarginMs} milliseconds, got ${input}.`,
      })
      .optional(),
    replicas: countInput.optional(),
  }),
  output,
  run: async ({ dryRun, marginMs, replicas }, context) => {
    const { entries } = chosenCatalog(context, undefined);
    const specs = [
      ...entries.flatMap((entry) => eventSpecs(entry, marginMs ?? usualMarginMs)),
      ...groupSpecs(entries),
      ...ownSpecs(context.settings),
    ].map((spec) => (replicas === undefined ? spec : { ...spec, replicas }));
    const { topics } = context.broker();
    context.progress.step(`looking at ${specs.length} topics`);
    const outcomes = await (dryRun ? topics.plan(specs) : topics.apply(specs));
    const rows = outcomes
      .map((outcome) => (marginMs === undefined ? acceptSmallerMargin(outcome) : outcome))
      .map(acceptOtherCounts)
      .map((outcome) => toRow(outcome, dryRun));
    const different = rows.some(({ outcome }) => outcome === 'different');
    const missing = rows.some(({ outcome }) => outcome === 'missing');
    return {
      document: { schemaVersion: 1, dryRun, topics: rows },
      exit: different ? 'failure' : missing ? 'pending' : 'ok',
      next: nextStep(different, missing),
    };
  },
  render: ({ topics }, style) =>
    style.table(
      ['TOPIC', '', 'DIFFERENCE'],
      topics.map(({ topic, outcome, differences }) => [
        topic,
        outcomeText(outcome, style),
        differences
          .map(({ setting, expected, got }) => `${setting}: expected ${expected}, got ${got}`)
          .join('\n'),
      ]),
    ),
});

const eventSpecs = (
  { name, versions, partitions, retentionMs }: CatalogEntry,
  marginMs: number,
): readonly TopicSpec[] =>
  versions.map((one) =>
    eventTopicSpec({ topic: topicOf(name, version(one.version)), partitions, marginMs, retentionMs }),
  );

/** What the groups that event.yaml lists park, and what they get back: as many partitions as their events have at most. */
const groupSpecs = (entries: readonly CatalogEntry[]): readonly TopicSpec[] => {
  const partitions = new Map<string, number>();
  for (const entry of entries) {
    for (const group of entry.groups)
      partitions.set(group, Math.max(entry.partitions, partitions.get(group) ?? 0));
  }
  return [...partitions].flatMap(([group, count]) =>
    [deadLetterTopicOf(group), retryTopicOf(group)].map((topic) => groupTopicSpec(topic, count)),
  );
};

const ownSpecs = ({ controlTopic, presenceTopic }: Settings): readonly TopicSpec[] => [
  controlTopicSpec(controlTopic.value),
  presenceTopicSpec(presenceTopic.value),
];

/** A topic that holds publishers to less than the usual margin is as good, unless a margin was asked for. */
const acceptSmallerMargin = (outcome: TopicOutcome): TopicOutcome => {
  if (outcome.kind !== 'different') return outcome;
  const differences = outcome.differences.filter(
    ({ setting, got }) => setting !== 'message.timestamp.after.max.ms' || !(Number(got) <= usualMarginMs),
  );
  return differences.length === 0 ? { topic: outcome.topic, kind: 'equal' } : { ...outcome, differences };
};

/** A service may have made the topics of its group with the partitions of the events that it reads itself. */
const acceptOtherCounts = (outcome: TopicOutcome): TopicOutcome => {
  const { topic } = outcome;
  if (outcome.kind !== 'different' || parseTopic(topic) !== undefined) return outcome;
  if (!/\.(dead-letters|retry)$/.test(topic)) return outcome;
  const differences = outcome.differences.filter(({ setting }) => setting !== 'partitions');
  return differences.length === 0 ? { topic, kind: 'equal' } : { ...outcome, differences };
};

const toRow = (outcome: TopicOutcome, dryRun: boolean): TopicRow => ({
  topic: outcome.topic,
  outcome: outcome.kind === 'created' && dryRun ? 'missing' : outcome.kind,
  differences: outcome.kind === 'different' ? outcome.differences : [],
});

const nextStep = (different: boolean, missing: boolean): string => {
  if (different) {
    return 'set what differs with your broker’s tool (kafka-configs.sh --alter), or correct event.yaml; a partition count never changes while twins flow';
  }
  return missing ? 'baton topics apply' : 'baton status';
};

const outcomeText = (outcome: TopicRow['outcome'], style: Style): string => {
  switch (outcome) {
    case 'created':
      return style.good(outcome);
    case 'missing':
      return style.warning(outcome);
    case 'equal':
      return style.dim(outcome);
    case 'different':
      return style.bad(outcome);
  }
};
