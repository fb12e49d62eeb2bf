import { BatonError, type EventType, isBatonError, topicOf, versionsOf } from '@baton/core';
import { groupTopicSpec, type KafkaPorts } from '@baton/kafka';
import { type DeadLetterPorts, deadLetterTopicOf, type LaterEvents, retryTopicOf } from '@baton/messaging';
import type { Lifecycle } from '../lifecycle/lifecycle';

export interface OpenDeadLettersDeps {
  readonly config: { readonly GROUP: string; readonly LATER_EVENTS: LaterEvents };
  readonly kafka: Pick<KafkaPorts, 'topics' | 'logOffsets' | 'recordReader' | 'transactionalProducer'>;
  readonly eventTypes: readonly EventType[];
  readonly lifecycle: Pick<Lifecycle, 'onStop'>;
}

/** What a subscriber needs to park events; makes the two topics of its group where they are missing. */
export const openDeadLetters = async ({
  config: { GROUP: group, LATER_EVENTS: laterEvents },
  kafka,
  eventTypes,
  lifecycle,
}: OpenDeadLettersDeps): Promise<DeadLetterPorts> => {
  const names = [deadLetterTopicOf(group), retryTopicOf(group)];
  const counts = await Promise.all(names.map((name) => countOf(kafka, name)));
  if (counts.some((count) => count === undefined)) {
    const partitions = await mostPartitions(kafka, eventTypes);
    await kafka.topics.apply(names.map((name) => groupTopicSpec(name, partitions)));
  }
  const reader = kafka.recordReader();
  lifecycle.onStop('dead letters', reader.close);
  return { createProducer: kafka.transactionalProducer, reader, laterEvents };
};

const mostPartitions = async (
  kafka: Pick<KafkaPorts, 'logOffsets'>,
  eventTypes: readonly EventType[],
): Promise<number> => {
  const topics = eventTypes.flatMap((eventType) =>
    versionsOf(eventType).map((v) => topicOf(eventType.name, v)),
  );
  const counts = (await Promise.all(topics.map((topic) => countOf(kafka, topic)))).filter(
    (n) => n !== undefined,
  );
  if (counts.length > 0) return Math.max(...counts);
  throw new BatonError(
    'topic-missing',
    `Expected one of ${topics.join(', ')} to exist, but none does. Create them with baton topics apply.`,
  );
};

const countOf = async (
  { logOffsets }: Pick<KafkaPorts, 'logOffsets'>,
  topic: string,
): Promise<number | undefined> => {
  try {
    return await logOffsets.partitionCount(topic);
  } catch (error) {
    if (isBatonError(error, 'topic-missing')) return undefined;
    throw error;
  }
};
