import { topicOf, version } from '@baton/core';
import {
  controlTopicSpec,
  eventTopicSpec,
  groupTopicSpec,
  type KafkaPorts,
  presenceTopicSpec,
} from '@baton/kafka';
import { deadLetterTopicOf, retryTopicOf } from '@baton/messaging';
import { chaosEventType, registerSchemas } from '../stage/event-type';
import type { Cast } from '../stage/names';
import { timings } from '../workers/settings';

/** Makes the topics of a part and registers its schemas. */
export const makeTopics = async (cast: Cast, kafka: KafkaPorts): Promise<void> => {
  const topics = topicsOf(cast).map((topic) =>
    eventTopicSpec({ topic, partitions: 3, marginMs: timings.marginMs, retentionMs: -1 }),
  );
  await kafka.topics.apply([
    ...topics,
    ...letterTopicsOf(cast).map((topic) => groupTopicSpec(topic, 3)),
    controlTopicSpec(cast.controlTopic),
    presenceTopicSpec(cast.presenceTopic),
  ]);
  const registry = kafka.registry();
  for (const name of cast.eventTypes) await registerSchemas(chaosEventType(name), registry);
};

/** The disk is to last for all parts. */
export const removeTopics = async (cast: Cast, kafka: KafkaPorts): Promise<void> => {
  const own = [cast.controlTopic, cast.presenceTopic];
  await kafka.topics.remove([...topicsOf(cast), ...letterTopicsOf(cast), ...own]).catch(() => {});
};

const letterTopicsOf = ({ groups }: Cast): string[] =>
  groups.flatMap(({ group }) => [deadLetterTopicOf(group), retryTopicOf(group)]);

const topicsOf = ({ eventTypes }: Cast): string[] =>
  eventTypes.flatMap((name) => [1, 2].map((v) => topicOf(name, version(v))));
