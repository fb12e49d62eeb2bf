import { randomBytes, randomUUID } from 'node:crypto';
import { createAvroCodec, createInMemoryRegistry, type EventCodec } from '@baton/contracts';
import {
  dataSchemaOf,
  defineEventType,
  type EventType,
  formatInstant,
  instantFromMillis,
  publishedVersions,
  subjectOf,
  toHeaders,
  topicOf,
  type Version,
  version,
  versionsOf,
} from '@baton/core';
import { eventTopicSpec, type KafkaPorts } from '@baton/kafka';
import {
  createConsumer,
  createTwinPublisher,
  delay,
  type EventConsumer,
  type GroupMemberFactory,
  handle,
  type LogOffsets,
  type OutgoingRecord,
  parseStaticTimeline,
  staticBindings,
  systemClock,
  type TransactionalProducerFactory,
} from '@baton/messaging';
import { audit } from '../audit/audit';
import type { AcknowledgedEvent, AuditFigures, Effect } from '../audit/types';
import { readTopics } from '../evidence/read-topics';
import type { Sabotage } from './sabotage';

const keys = ['loan-1', 'loan-2', 'loan-3', 'loan-4', 'loan-5'];
const eventsPerKeyAndStage = 10;
const marginMs = 1000;
const leaseMs = 6000;
const limitMs = 60_000;
const slowHandlerMs = 3;
const group = 'reminders';

/** How many events each of the four stages has: v1 only, twins before the cut, twins after it, v2 only. */
export const eventsPerStage = keys.length * eventsPerKeyAndStage;

interface Loan {
  readonly note: string;
}

/**
 * A small changeover on a real broker, in this process: v1-only events, twins on both sides of a cut, v2-only events,
 * and between them transactions that overlap and abort. Then one subscriber starts on the whole backlog, its v1
 * handler slower than its v2 handler. Answers what the audit says.
 */
export const runScenario = async (kafka: KafkaPorts, sabotage: Sabotage = {}): Promise<AuditFigures> => {
  const eventType = makeEventType(`broken-${randomBytes(4).toString('hex')}.BooksBorrowed`);
  const topics = versionsOf(eventType).map((v) => ({
    version: v,
    topic: topicOf(eventType.name, v),
    from: [],
  }));
  const codec = await preparedCodec(eventType);
  const deps: Deps = {
    eventType,
    codec,
    kafka,
    groupMember: sabotage.groupMember?.(kafka.groupMember) ?? kafka.groupMember,
    logOffsets: sabotage.logOffsets?.(kafka.logOffsets) ?? kafka.logOffsets,
    createProducer: sabotage.producer?.(kafka.transactionalProducer) ?? kafka.transactionalProducer,
  };
  await kafka.topics.apply(
    topics.map(({ topic }) => eventTopicSpec({ topic, partitions: 2, marginMs, retentionMs: -1 })),
  );
  try {
    const before = [...(await publishAll(deps, [1])), ...(await publishAll(deps, [1, 2]))];
    const since = await cutFromNow();
    const after = await publishAll(deps, [1, 2]);
    await abortOverlapping(deps, [1, 2]);
    const acknowledged = [...before, ...after, ...(await publishAll(deps, [2]))];
    const effects = await handleAll(deps, since);
    const records = await readTopics(topics, {
      ...kafka,
      group: `audit.${eventType.name}`,
      clock: systemClock,
    });
    return audit({ acknowledged, records, effects: { [group]: effects } });
  } finally {
    await kafka.topics.remove(topics.map(({ topic }) => topic));
  }
};

interface Deps {
  readonly eventType: EventType<{ 1: Loan; 2: Loan }, 2>;
  readonly codec: EventCodec;
  readonly kafka: KafkaPorts;
  readonly groupMember: GroupMemberFactory;
  readonly logOffsets: LogOffsets;
  readonly createProducer: TransactionalProducerFactory;
}

const makeEventType = (name: string): Deps['eventType'] => {
  const schema = { type: 'record', name: 'BooksBorrowed', fields: [{ name: 'note', type: 'string' }] };
  return defineEventType<{ 1: Loan; 2: Loan }, 2>({
    name,
    kind: 'event',
    newest: 2,
    versions: { 1: { schema }, 2: { schema } },
    downcasts: { 1: (loan: Loan) => loan },
    upcasts: {},
  });
};

const preparedCodec = async (eventType: EventType): Promise<EventCodec> => {
  const registry = createInMemoryRegistry();
  for (const v of versionsOf(eventType)) {
    await registry.register(subjectOf(eventType.name, v), eventType.versions[v]?.schema);
  }
  const codec = createAvroCodec({ registry });
  await codec.prepare([eventType]);
  return codec;
};

/** Publishes one stage; events of a key in the order of the answer's list. */
const publishAll = async (deps: Deps, versions: readonly number[]): Promise<readonly AcknowledgedEvent[]> => {
  const { eventType, codec, kafka, createProducer } = deps;
  const publisher = await createTwinPublisher({
    source: 'lending',
    instance: `lending.${eventType.name}`,
    publishes: [{ eventType, versions }],
    codec,
    createProducer,
    topics: kafka.topicReader,
    partitioner: kafka.partitioner,
    newId: randomUUID,
    limits: { marginMs },
  });
  try {
    const stage = Array.from({ length: eventsPerKeyAndStage }, (_, number) => ({ note: `${number}` }));
    return await Promise.all(
      stage.flatMap((data) => keys.map((key) => publisher.publish(eventType, { key, data }))),
    );
  } finally {
    await publisher.close();
  }
};

/** The next instant; everything published after this returns is created at or after it. */
const cutFromNow = async (): Promise<string> => {
  const since = systemClock.now() + 2;
  while (systemClock.now() < since) await delay(systemClock, 1);
  return formatInstant(instantFromMillis(since));
};

/** Two transactions on every topic and partition: the one that began later aborts first. */
const abortOverlapping = async (deps: Deps, versions: readonly number[]): Promise<void> => {
  const { kafka, eventType } = deps;
  const [older, younger] = await Promise.all([
    kafka.transactionalProducer(`older.${eventType.name}`),
    kafka.transactionalProducer(`younger.${eventType.name}`),
  ]);
  try {
    const topics = versions.map(version);
    await older.begin();
    await older.send(topics.flatMap((v) => recordsOf(deps, v, 'older')));
    await younger.begin();
    await younger.send(topics.flatMap((v) => recordsOf(deps, v, 'younger')));
    const before = await endsOf(deps);
    await younger.abort();
    await untilTrue('the markers of the younger transaction', async () =>
      (await endsOf(deps)).every((end, place) => end > (before[place] ?? 0)),
    );
    await older.send(topics.flatMap((v) => recordsOf(deps, v, 'older-again')));
    await older.abort();
  } finally {
    await Promise.all([older.close(), younger.close()]);
  }
};

/** Where every partition of every version ends; an abort is through once each has grown by its marker. */
const endsOf = async ({ kafka, eventType }: Deps): Promise<readonly number[]> =>
  (
    await Promise.all(versionsOf(eventType).map((v) => kafka.logOffsets.end(topicOf(eventType.name, v))))
  ).flat();

/** A well-formed twin for each partition, as a publisher would have written it. */
const recordsOf = ({ eventType, codec }: Deps, own: Version, name: string): readonly OutgoingRecord[] =>
  [0, 1].map((partition) => {
    const createdAt = instantFromMillis(systemClock.now());
    return {
      topic: topicOf(eventType.name, own),
      partition,
      key: keys[partition] ?? '',
      value: codec.encode(eventType, own, { note: 'aborted' }),
      timestamp: createdAt,
      headers: toHeaders(
        {
          id: `aborted-${name}-${partition}`,
          source: 'lending',
          type: eventType.name,
          createdAt,
          published: publishedVersions([1, 2]),
        },
        dataSchemaOf(eventType.name, own, 1),
      ),
    };
  });

/** Starts the subscriber on the backlog and stops it once everything is committed past. */
const handleAll = async (deps: Deps, since: string): Promise<readonly Effect[]> => {
  const { eventType, codec, groupMember, logOffsets } = deps;
  const effects: Effect[] = [];
  const append = async ({ id, key }: { id: string; key: string }, handled: number) => {
    const row = { id, key, version: handled, instance: 'reminders-1', at: systemClock.now() };
    effects.push({ ...row, sequence: effects.length + 1 });
  };
  const consumer = createConsumer({
    group: `${group}.${eventType.name}`,
    instance: 'reminders-1',
    on: [
      handle(eventType, {
        1: async (event) => {
          await delay(systemClock, slowHandlerMs);
          await append(event, 1);
        },
        2: (event) => append(event, 2),
      }),
    ],
    groupMember,
    logOffsets,
    codec,
    bindings: staticBindings({
      group: `${group}.${eventType.name}`,
      timelines: { [eventType.name]: parseStaticTimeline({ boundToV2Since: since }) },
      clock: systemClock,
      leadMs: leaseMs + marginMs,
    }),
    settings: { leaseMs },
  });
  await consumer.start();
  try {
    await untilCommitted(deps, consumer);
  } finally {
    await consumer.stop();
  }
  return effects;
};

const untilCommitted = async ({ kafka, eventType }: Deps, consumer: EventConsumer): Promise<void> => {
  const topics = versionsOf(eventType).map((v) => topicOf(eventType.name, v));
  const ends = new Map(
    await Promise.all(topics.map(async (t) => [t, await kafka.logOffsets.end(t)] as const)),
  );
  const isThere = async () => {
    const committed = await kafka.groupReader.committed(`${group}.${eventType.name}`, topics);
    return topics.every((t) => ends.get(t)?.every((end, p) => (committed.get(t)?.[p] ?? 0) >= end));
  };
  await untilTrue('everything to be committed', isThere, () => JSON.stringify(consumer.health()));
};

const untilTrue = async (
  what: string,
  fact: () => Promise<boolean>,
  instead: () => string = () => 'nothing more',
): Promise<void> => {
  const deadline = systemClock.now() + limitMs;
  while (!(await fact())) {
    if (systemClock.now() > deadline) throw new Error(`Expected ${what}, got ${instead()}.`);
    await delay(systemClock, 20);
  }
};
