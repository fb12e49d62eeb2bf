import type { CatalogEntry } from '@baton/contracts';
import { topicOf, version } from '@baton/core';
import type { TopicReader, TopicSettings } from '@baton/messaging';
import { type CheckResult, fail, ok, warn } from './check-result';

const dayMs = 86_400_000;
/** A shorter retention can overtake a group that stands still for a night. */
const shortRetentionMs = dayMs;
/** From here on a publisher's clock is hardly limited; the broker's own default is an hour. */
const looseMarginMs = 60_000;

const createTopics = 'Run: baton topics apply';
const alterTopic = (topic: string): string =>
  `Set it with your broker's tool: kafka-configs.sh --alter --topic ${topic} --add-config …; "baton topics apply --dry-run" lists what is expected.`;

/** Looks at the topics of every version of an event type. */
export const examineEventTopics = async (
  entry: CatalogEntry,
  topics: TopicReader,
): Promise<readonly CheckResult[]> => {
  const read = await Promise.all(
    entry.versions.map(async (one) => {
      const topic = topicOf(entry.name, version(one.version));
      return { topic, settings: await topics.settings(topic) };
    }),
  );
  const counts = read.flatMap(({ settings }) => settings?.partitions ?? []);
  return read.map(({ topic, settings }) =>
    settings === undefined
      ? fail(`topic ${topic}`, 'it does not exist', createTopics)
      : judgeEventTopic(topic, settings, { entry, counts }),
  );
};

/** Judges the settings of one event topic; `counts` has the partition counts of all versions. Pure. */
export const judgeEventTopic = (
  topic: string,
  settings: TopicSettings,
  { entry, counts }: { entry: Pick<CatalogEntry, 'partitions' | 'retentionMs'>; counts: readonly number[] },
): CheckResult => {
  const check = `topic ${topic}`;
  if (counts.some((count) => count !== settings.partitions)) {
    return fail(
      check,
      `the versions have ${counts.join(' and ')} partitions`,
      'Twins share a partition number: recreate the newer topic with as many, while nobody publishes to it.',
    );
  }
  const problems = problemsOf(settings);
  if (problems.length > 0) return fail(check, problems.join('; '), alterTopic(topic));
  const remarks = remarksOf(settings, entry);
  if (remarks.length > 0) return warn(check, remarks.join('; '), alterTopic(topic));
  const { partitions, timestampAfterMaxMs, retentionMs } = settings;
  return ok(
    check,
    `${partitions} partitions, margin ${timestampAfterMaxMs} ms, kept ${keptFor(retentionMs)}`,
  );
};

/** What breaks a promise. */
const problemsOf = (settings: TopicSettings): readonly string[] => [
  ...(settings.timestampType === 'CreateTime'
    ? []
    : ['record times are set by the broker, not by createdAt (message.timestamp.type)']),
  ...(Number.isFinite(settings.timestampAfterMaxMs)
    ? []
    : ['publishers may stamp any time ahead (message.timestamp.after.max.ms)']),
  ...(Number.isFinite(settings.timestampBeforeMaxMs)
    ? ['late twins are refused, so that they could never follow (message.timestamp.before.max.ms)']
    : []),
  ...(settings.cleanupPolicy === 'delete'
    ? []
    : [`records are not kept by time but by ${settings.cleanupPolicy} (cleanup.policy)`]),
];

/** What is risky, or not as event.yaml says. */
const remarksOf = (
  settings: TopicSettings,
  { partitions, retentionMs }: Pick<CatalogEntry, 'partitions' | 'retentionMs'>,
): readonly string[] => [
  ...(settings.partitions === partitions
    ? []
    : [`${settings.partitions} partitions, event.yaml says ${partitions}`]),
  ...(keptFor(settings.retentionMs) === keptFor(retentionMs)
    ? []
    : [`kept ${keptFor(settings.retentionMs)}, event.yaml says ${keptFor(retentionMs)} (retention.ms)`]),
  ...(settings.retentionMs >= 0 && settings.retentionMs < shortRetentionMs
    ? [`kept ${keptFor(settings.retentionMs)}, which can overtake a stopped group (retention.ms)`]
    : []),
  ...(settings.timestampAfterMaxMs > looseMarginMs
    ? [
        `publishers may stamp ${settings.timestampAfterMaxMs} ms ahead, so every binding lies further ahead than that`,
      ]
    : []),
];

const keptFor = (ms: number): string => {
  if (ms < 0 || !Number.isFinite(ms)) return 'for ever';
  return ms % dayMs === 0 ? `${ms / dayMs} days` : `${ms} ms`;
};

/** Looks at the topics of Baton itself. */
export const examineOwnTopics = async (
  { controlTopic, presenceTopic }: { controlTopic: string; presenceTopic: string },
  topics: TopicReader,
): Promise<readonly CheckResult[]> => [
  judgeOwnTopic(controlTopic, await topics.settings(controlTopic), 'delete'),
  judgeOwnTopic(presenceTopic, await topics.settings(presenceTopic), 'compact'),
];

/** Judges a topic of Baton itself: one partition, stamped by the broker, kept for ever. Pure. */
export const judgeOwnTopic = (
  topic: string,
  settings: TopicSettings | undefined,
  cleanup: 'delete' | 'compact',
): CheckResult => {
  const check = `topic ${topic}`;
  if (settings === undefined) return fail(check, 'it does not exist', createTopics);
  const problems = [
    ...(settings.partitions === 1
      ? []
      : [`${settings.partitions} partitions, not 1: its entries need one order`]),
    ...(settings.timestampType === 'LogAppendTime'
      ? []
      : ['stamped by who writes, not by the broker (message.timestamp.type)']),
    ...(settings.cleanupPolicy === cleanup
      ? []
      : [`cleanup.policy is ${settings.cleanupPolicy}, not ${cleanup}`]),
    ...(cleanup === 'compact' || keptFor(settings.retentionMs) === 'for ever'
      ? []
      : [`kept ${keptFor(settings.retentionMs)} only: bindings would be forgotten (retention.ms)`]),
  ];
  return problems.length > 0
    ? fail(check, problems.join('; '), alterTopic(topic))
    : ok(
        check,
        `1 partition, stamped by the broker, ${cleanup === 'compact' ? 'compacted' : 'kept for ever'}`,
      );
};
