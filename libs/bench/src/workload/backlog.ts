import { createAvroCodec, createInMemoryRegistry, type EventCodec } from '@baton/contracts';
import {
  dataSchemaOf,
  type EventType,
  instantFromMillis,
  publishedVersions,
  subjectOf,
  toHeaders,
  topicOf,
  type Version,
  version,
} from '@baton/core';
import { createKafkaPorts, eventTopicSpec, type KafkaPorts } from '@baton/kafka';
import { silentLogger } from '@baton/messaging';
import type { Message, Producer } from 'kafkajs';
import { handWrittenClient } from '../hand-written/client';
import { brokersOf } from './addresses';
import { type Loan, type LoanEvent, loan, loanEventType, toV1 } from './loan';

/** Events that lie on a broker before anybody reads them: all of them published in versions 1 and 2. */
export interface BacklogPlan {
  /** Capitalised; what one run has written under this name, the next ones find. */
  readonly name: string;
  readonly events: number;
  readonly partitions: number;
  /** The versions whose topics are filled; the other one stays empty, as if retention had taken its twins. */
  readonly stored: readonly (1 | 2)[];
  /** Makes the event with number `n`; left out: a loan of about 190 bytes. */
  readonly data?: (n: number) => Loan;
  /** How many events are sent at once. */
  readonly batch?: number;
}

export interface Backlog extends BacklogPlan {
  readonly eventType: LoanEvent;
  readonly codec: EventCodec;
}

/** Raised whenever what is written changes, so that no run reads what an older release has written. */
const layout = 3;
const firstCreatedAt = 1_700_000_000_000;

/** When event `n` was created: one a millisecond. */
export const createdAtOf = (n: number) => instantFromMillis(firstCreatedAt + n);

/** The ports of a run, silent. */
export const portsOf = (env: NodeJS.ProcessEnv): KafkaPorts =>
  createKafkaPorts({ brokers: brokersOf(env), clientId: 'baton-bench', logger: silentLogger });

/** Finds the backlog of a plan, or writes it. What an interrupted run has left half written is left alone. */
export const findBacklog = async (plan: BacklogPlan, env: NodeJS.ProcessEnv): Promise<Backlog> => {
  const kafka = portsOf(env);
  try {
    for (let copy = 1; ; copy += 1) {
      const eventType = loanEventType(`bench.${plan.name}L${layout}c${copy}`);
      const backlog = { ...plan, eventType, codec: await codecOf(eventType) };
      const stored = await makeTopics(kafka, backlog);
      if (stored === plan.events * plan.stored.length) return backlog;
      if (stored > 0) continue;
      await write(backlog, env);
      return backlog;
    }
  } finally {
    await kafka.close();
  }
};

/** A codec whose registry knows the schemas of an event type. */
export const codecOf = async (eventType: EventType): Promise<EventCodec> => {
  const registry = createInMemoryRegistry();
  for (const [v, { schema }] of Object.entries(eventType.versions)) {
    await registry.register(subjectOf(eventType.name, version(Number(v))), schema);
  }
  const codec = createAvroCodec({ registry });
  await codec.prepare([eventType]);
  return codec;
};

const versions: readonly Version[] = [1, 2].map(version);

/** How many records the topics hold. */
const makeTopics = async (kafka: KafkaPorts, { eventType, partitions }: Backlog): Promise<number> => {
  const topics = versions.map((v) => topicOf(eventType.name, v));
  await kafka.topics.apply(
    topics.map((topic) => eventTopicSpec({ topic, partitions, marginMs: 2_000, retentionMs: -1 })),
  );
  const ends = await Promise.all(topics.map((topic) => kafka.logOffsets.end(topic)));
  return ends.flat().reduce((sum, end) => sum + end, 0);
};

const write = async (backlog: Backlog, env: NodeJS.ProcessEnv): Promise<void> => {
  const producer = handWrittenClient(brokersOf(env)).producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  try {
    const { events, batch = 3_000 } = backlog;
    for (let first = 0; first < events; first += batch) {
      await send(producer, backlog, { first, end: Math.min(first + batch, events) });
    }
  } finally {
    await producer.disconnect();
  }
};

const send = async (
  producer: Producer,
  backlog: Backlog,
  { first, end }: { readonly first: number; readonly end: number },
): Promise<void> => {
  const numbers = Array.from({ length: end - first }, (_, i) => first + i);
  await producer.sendBatch({
    topicMessages: backlog.stored.map((v) => ({
      topic: topicOf(backlog.eventType.name, version(v)),
      messages: numbers.map((n) => messageOf(backlog, v, n)),
    })),
  });
};

const published = publishedVersions([1, 2]);

/** Event `n` as the publisher of Baton writes it. */
export const messageOf = (
  { eventType, codec, partitions, data = loan }: Backlog,
  v: 1 | 2,
  n: number,
): Message => {
  const newest = data(n);
  const envelope = {
    id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    source: 'bench',
    type: eventType.name,
    createdAt: createdAtOf(n),
    published,
  };
  return {
    key: newest.loanId,
    partition: n % partitions,
    timestamp: String(envelope.createdAt),
    headers: toHeaders(envelope, dataSchemaOf(eventType.name, version(v), codec.revisionOf(eventType, v))),
    value: codec.encode(eventType, v, v === 2 ? newest : toV1(newest)),
  };
};
