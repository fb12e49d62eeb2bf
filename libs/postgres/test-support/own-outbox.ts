import { randomBytes } from 'node:crypto';
import { defineEventType, topicOf, version } from '@baton/core';
import { eventTopicSpec, type KafkaPorts } from '@baton/kafka';
import type { Database } from '../src/database/database';
import { openOutbox } from '../src/outbox/outbox';

const schema = { type: 'record', name: 'Book', fields: [{ name: 'n', type: 'int' }] };

export interface OwnOutboxDeps {
  readonly database: Database;
  readonly kafka: KafkaPorts;
  /** What the name of the source begins with. */
  readonly name: string;
  readonly partitions: number;
  readonly ranges?: number;
}

/** An outbox on a real stack, with a source, topics and an event type in two versions that nobody else has. */
export const openOwnOutbox = async ({ database, kafka, name, partitions, ranges = 4 }: OwnOutboxDeps) => {
  const source = `${name}-${randomBytes(4).toString('hex')}`;
  const eventType = defineEventType<{ 1: { n: number }; 2: { n: number } }, 2>({
    name: `${source}.BooksBorrowed`,
    kind: 'event',
    newest: 2,
    versions: { 1: { schema }, 2: { schema } },
    downcasts: { 1: (data: { n: number }) => data },
    upcasts: {},
  });
  const topics = [1, 2].map((v) => topicOf(eventType.name, version(v)));
  await kafka.topics.apply(
    topics.map((topic) => eventTopicSpec({ topic, partitions, marginMs: 1_000, retentionMs: -1 })),
  );
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `e${ids}`;
  };
  const outbox = await openOutbox({ database, source, eventTypes: [eventType], newId, ranges });
  return { source, eventType, topics, outbox };
};
