import { createAvroCodec, createInMemoryRegistry, type EventCodec } from '@baton/contracts';
import { createLogBindings } from '@baton/control';
import { type EventType, subjectOf, topicOf, version, versionsOf } from '@baton/core';
import { controlTopicSpec, createKafkaPorts, eventTopicSpec, type KafkaPorts } from '@baton/kafka';
import { createConsumer, type Handler, handle, silentLogger, systemClock } from '@baton/messaging';
import { handWrittenClient } from '../hand-written/client';
import type { Figures, Medians, Row, World } from '../row';
import { figureOf } from '../targets';
import { uniqueName } from '../unique-name';
import { brokersOf } from '../workload/addresses';
import { messageOf, portsOf } from '../workload/backlog';
import { type LoanVersions, loanEventType } from '../workload/loan';
import { within } from '../workload/pace';

type LoanType = EventType<LoanVersions, 2>;

interface Variant {
  readonly types: number;
  readonly partitions: number;
}

const variants: Readonly<Record<string, Variant>> = {
  '1 event type': { types: 1, partitions: 1 },
  '100 event types': { types: 100, partitions: 1 },
  '1,000 event types': { types: 1_000, partitions: 1 },
  '60 partitions': { types: 1, partitions: 60 },
  '600 partitions': { types: 1, partitions: 600 },
};

const layout = 1;
const limitMs = 180_000;
const topicsAtOnce = 100;

/** The event types of a variant; a larger one has those of the smaller ones, so that their topics are made once. */
export const eventTypesOf = ({ types, partitions }: Variant): readonly LoanType[] =>
  Array.from({ length: types }, (_, i) => loanEventType(`bench.Start${layout}P${partitions}N${i}`));

const codecOf = async (eventTypes: readonly LoanType[]): Promise<EventCodec> => {
  const registry = createInMemoryRegistry();
  for (const eventType of eventTypes) {
    for (const v of versionsOf(eventType))
      await registry.register(subjectOf(eventType.name, v), eventType.versions[v === 1 ? 1 : 2].schema);
  }
  return createAvroCodec({ registry });
};

/** Makes the topics, and writes one event to the first of them. */
const prepare = async (
  eventTypes: readonly LoanType[],
  { partitions }: Variant,
  { env }: World,
): Promise<void> => {
  const kafka = portsOf(env);
  try {
    const specs = eventTypes.flatMap(({ name }) =>
      [1, 2].map((v) => ({
        topic: topicOf(name, version(v)),
        ...{ partitions, marginMs: 2_000, retentionMs: -1 },
      })),
    );
    for (let first = 0; first < specs.length; first += topicsAtOnce)
      await kafka.topics.apply(specs.slice(first, first + topicsAtOnce).map(eventTopicSpec));
    const [eventType] = eventTypes;
    if (eventType !== undefined) await writeOne(eventType, { kafka, partitions, env });
  } finally {
    await kafka.close();
  }
};

const writeOne = async (
  eventType: LoanType,
  { kafka, partitions, env }: { kafka: KafkaPorts; partitions: number; env: NodeJS.ProcessEnv },
): Promise<void> => {
  const topic = topicOf(eventType.name, version(1));
  const ends = await kafka.logOffsets.end(topic);
  if (ends.some((end) => end > 0)) return;
  const codec = await codecOf([eventType]);
  await codec.prepare([eventType]);
  const backlog = { name: 'Start', events: 1, partitions, stored: [1], eventType, codec } as const;
  const producer = handWrittenClient(brokersOf(env)).producer();
  await producer.connect();
  await producer.send({ topic, messages: [messageOf(backlog, 1, 0)] });
  await producer.disconnect();
};

interface Started {
  readonly readyMs: number;
  readonly recordMs: number | undefined;
}

interface StartPlan {
  readonly eventTypes: readonly LoanType[];
  readonly group: string;
  readonly controlTopic: string;
  /** Whether an event lies there that was not handled yet. */
  readonly expectsRecord: boolean;
}

/** One start as a service makes it: client, control log, consumer, first assignment. */
const startOnce = async (
  { eventTypes, group, controlTopic, expectsRecord }: StartPlan,
  { env }: World,
): Promise<Started> => {
  const codec = await codecOf(eventTypes);
  const began = performance.now();
  const kafka = createKafkaPorts({
    brokers: brokersOf(env),
    ...{ clientId: 'baton-bench', logger: silentLogger, controlTopic },
  });
  const log = await kafka.controlLog();
  const bindings = createLogBindings({ log, group, by: 'bench', lead: 12_000, clock: systemClock });
  let noteRecord: (at: number) => void = () => {};
  const record = new Promise<number>((resolve) => {
    noteRecord = resolve;
  });
  const first: Handler = async () => noteRecord(performance.now());
  const consumer = createConsumer({
    ...{ group, instance: 'bench', codec, bindings },
    on: eventTypes.map((eventType) => handle(eventType, { 1: first, 2: first })),
    groupMember: kafka.groupMember,
    logOffsets: kafka.logOffsets,
  });
  try {
    await within(limitMs, 'the first assignment', consumer.start());
    const readyMs = performance.now() - began;
    const recordMs = expectsRecord ? (await within(limitMs, 'a record', record)) - began : undefined;
    return { readyMs, recordMs };
  } finally {
    await consumer.stop();
    await bindings.close();
    await kafka.close();
  }
};

const measure = async (name: string, world: World): Promise<Figures> => {
  const variant = variants[name];
  if (variant === undefined) throw new Error(`There is no contender ${name}.`);
  const eventTypes = eventTypesOf(variant);
  await prepare(eventTypes, variant, world);
  const kafka = portsOf(world.env);
  const controlTopic = uniqueName('bench.control-start');
  await kafka.topics.apply([controlTopicSpec(controlTopic)]);
  await kafka.close();
  const plan = { eventTypes, group: uniqueName('start'), controlTopic };
  const fresh = await startOnce({ ...plan, expectsRecord: true }, world);
  const again = await startOnce({ ...plan, expectsRecord: false }, world);
  return {
    ...{ first: fresh.readyMs, again: again.readyMs },
    ...(fresh.recordMs === undefined ? {} : { record: fresh.recordMs }),
  };
};

/** Whether a figure grows at most as its cause does, with some room for what any start costs and for noise. */
export const linear = (medians: Medians, measureName: string, [few, many, times]: Growth) => {
  const [a, b] = [figureOf(medians, few, measureName), figureOf(medians, many, measureName)];
  return a === undefined || b === undefined ? undefined : b <= a * times * tolerance;
};

type Growth = readonly [few: string, many: string, times: number];
const tolerance = 1.25;

const linearTarget = (measureName: string, title: string, growth: Growth) => ({
  measure: measureName,
  text: `linear at most: ${growth[1]} take at most ${growth[2]} times as long as ${growth[0]} (${title})`,
  met: (medians: Medians) => linear(medians, measureName, growth),
});

/** How long a consumer takes until it reads. */
export const start: Row = {
  name: 'start',
  title: 'Start of a consumer',
  needs: 'broker',
  how: 'From nothing to the first assignment being ready: of a group that has never started, which registers each of its event types in the control log, and of the same group again. Each event type has two version topics; where partitions are named, it is one event type with so many in each topic.',
  measures: [
    { name: 'again', title: 'ready, known group', unit: 'ms', better: 'lower' },
    { name: 'first', title: 'ready, new group', unit: 'ms', better: 'lower' },
    { name: 'record', title: 'first event handled, new group', unit: 'ms', better: 'lower' },
  ],
  contenders: Object.keys(variants),
  quickContenders: ['1 event type', '60 partitions'],
  targets: [
    linearTarget('again', 'known group', ['100 event types', '1,000 event types', 10]),
    linearTarget('first', 'new group', ['100 event types', '1,000 event types', 10]),
    linearTarget('again', 'known group', ['60 partitions', '600 partitions', 10]),
  ],
  run: measure,
};
