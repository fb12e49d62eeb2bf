import { subjectOf, topicOf, versionsOf } from '@baton/core';
import { eventTopicSpec, type KafkaPorts } from '@baton/kafka';
import { BooksBorrowed, ExtendLoan } from '@baton/schemas';

/** As in event.yaml of both; tests and the demonstration share one stack, where whoever comes first makes the topics. */
const settings = { partitions: 6, retentionMs: 30 * 86_400_000, marginMs: 1_000 };

/** Makes the topics and schemas of the example where they are missing; answers the margin that the topics have. */
export const applyExampleTopics = async (kafka: KafkaPorts): Promise<number> => {
  const versions = [BooksBorrowed, ExtendLoan].flatMap(({ name, versions: all }) =>
    versionsOf({ versions: all }).map((v) => ({ name, v, schema: Object.values(all)[v - 1]?.schema })),
  );
  const topics = versions.map(({ name, v }) => topicOf(name, v));
  await kafka.topics.apply(topics.map((topic) => eventTopicSpec({ topic, ...settings })));
  for (const { name, v, schema } of versions) await kafka.registry().register(subjectOf(name, v), schema);
  const found = await kafka.topicReader.settings(topics[0] ?? '');
  return found?.timestampAfterMaxMs ?? settings.marginMs;
};
