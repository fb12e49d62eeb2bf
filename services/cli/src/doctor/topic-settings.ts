import type { CatalogEntry } from '@baton/contracts';
import { topicOf, version } from '@baton/core';
import type { TopicReader, TopicSettings } from '@baton/messaging';
import { type CheckResult, fail, ok, warn } from './finding';

/** A week and more is needed to notice, decide and switch; a shorter retention can overtake a stopped group. */
const shortRetentionMs = 24 * 3_600_000;
/** From here on a limit counts as none: about 290 years. */
const unlimitedMs = 9e12;
/** The broker's own default, which lets a publisher's clock run an hour ahead. */
const looseMarginMs = 60_000;

const applyTopics = 'Run: baton topics apply';

/** Looks at the topics of every version of an event type. */
export const examineTopics = async (
  entry: CatalogEntry,
  topics: TopicReader,
): Promise<readonly CheckResult[]> => {
  const read = await Promise.all(
    entry.versions.map(async (one) => {
      const topic = topicOf(entry.name, version(one.version));
      return { topic, settings: await topics.settings(topic) };
    }),
  );
  return read.map(({ topic, settings }) =>
    settings === undefined
      ? fail(`topic ${topic}`, 'it does not exist', applyTopics)
      : judgeTopic(topic, settings, { entry, counts: read.map((one) => one.settings?.partitions) }),
  );
};

const judgeTopic = (
  topic: string,
  settings: TopicSettings,
  { entry, counts }: { entry: CatalogEntry; counts: readonly (number | undefined)[] },
): CheckResult => {
  const name = `topic ${topic}`;
  const problems = problemsOf(settings);
  if (counts.some((count) => count !== undefined && count !== settings.partitions)) {
    return fail(
      name,
      `${settings.partitions} partitions, another version has ${counts.join(' and ')}`,
      'Twins need equal partition numbers: recreate the newer topic while nobody publishes to it.',
    );
  }
  if (problems.length > 0) return fail(name, problems.join('; '), applyTopics);
  const remarks = remarksOf(settings, entry);
  const facts = `${settings.partitions} partitions, margin ${settings.timestampAfterMaxMs} ms, retention ${days(settings.retentionMs)}`;
  return remarks.length > 0 ? warn(name, remarks.join('; '), applyTopics) : ok(name, facts);
};

/** What breaks a promise. */
const problemsOf = (settings: TopicSettings): readonly string[] => [
  ...(settings.timestampType === 'CreateTime'
    ? []
    : ['record times are set by the broker, not by createdAt']),
  ...(settings.timestampAfterMaxMs < unlimitedMs ? [] : ['clocks may run ahead without limit']),
  ...(settings.timestampBeforeMaxMs >= unlimitedMs
    ? []
    : [
        `stamps older than ${settings.timestampBeforeMaxMs} ms are refused, so a late twin could never follow`,
      ]),
  ...(settings.cleanupPolicy === 'delete'
    ? []
    : [`its cleanup policy is ${settings.cleanupPolicy}, not delete`]),
];

/** What is risky, or not as declared. */
const remarksOf = (settings: TopicSettings, { partitions, retentionMs }: CatalogEntry): readonly string[] => [
  ...(settings.partitions === partitions
    ? []
    : [`${settings.partitions} partitions, event.yaml says ${partitions}`]),
  ...(settings.retentionMs === retentionMs
    ? []
    : [`retention ${days(settings.retentionMs)}, event.yaml says ${days(retentionMs)}`]),
  ...(settings.retentionMs >= 0 && settings.retentionMs < shortRetentionMs
    ? [`retention ${days(settings.retentionMs)} can overtake a stopped group`]
    : []),
  ...(settings.timestampAfterMaxMs > looseMarginMs
    ? [`clocks may run ahead by ${settings.timestampAfterMaxMs} ms, so a binding must lie that far ahead`]
    : []),
];

const days = (ms: number): string => (ms < 0 ? 'for ever' : `${Math.round((ms / 86_400_000) * 10) / 10} d`);
