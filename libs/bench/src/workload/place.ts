import { subjectOf, topicOf, version } from '@baton/core';
import {
  controlTopicSpec,
  createKafkaPorts,
  eventTopicSpec,
  type KafkaPorts,
  presenceTopicSpec,
} from '@baton/kafka';
import { silentLogger } from '@baton/messaging';
import type { World } from '../row';
import { uniqueName } from '../unique-name';
import { brokersOf, needed } from './addresses';
import { type LoanEvent, loanSchemas, newLoanEvent } from './loan';

/** Topics, schemas and addresses of one run; both sides use the same ones. */
export interface Place {
  readonly brokers: readonly string[];
  readonly event: LoanEvent;
  /** Topics of version 1 and 2. */
  readonly topics: readonly [string, string];
  /** Schema ids of version 1 and 2. */
  readonly schemaIds: readonly [number, number];
  readonly partitions: number;
  readonly kafka: KafkaPorts;
}

/** The margin S of the topics and of everybody who uses them. */
export const marginMs = 1_000;

const partitions = 6;

/** Makes the topics, registers the schemas, and connects. */
export const openPlace = async ({ env }: World): Promise<Place> => {
  const brokers = brokersOf(env);
  const [controlTopic, presenceTopic] = [uniqueName('bench.control'), uniqueName('bench.presence')];
  const kafka = createKafkaPorts({
    ...{ brokers, clientId: 'bench', logger: silentLogger, controlTopic, presenceTopic },
    registryUrl: needed(env, 'SCHEMA_REGISTRY_URL'),
  });
  const event = newLoanEvent();
  const [v1, v2] = [version(1), version(2)];
  const topics = [topicOf(event.name, v1), topicOf(event.name, v2)] as const;
  await kafka.topics.apply([
    ...topics.map((topic) => eventTopicSpec({ topic, partitions, marginMs, retentionMs: 3_600_000 })),
    controlTopicSpec(controlTopic),
    presenceTopicSpec(presenceTopic),
  ]);
  const registry = kafka.registry();
  const first = await registry.register(subjectOf(event.name, v1), loanSchemas[1]);
  const second = await registry.register(subjectOf(event.name, v2), loanSchemas[2]);
  return { brokers, event, topics, schemaIds: [first.id, second.id], partitions, kafka };
};
