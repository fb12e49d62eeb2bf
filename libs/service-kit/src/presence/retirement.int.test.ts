import { randomUUID } from 'node:crypto';
import {
  certify,
  createLogPublicationPolicy,
  followControlLog,
  readPresence,
  sign,
  type UnsignedEntry,
} from '@baton/control';
import { defineEventType, topicOf, type Version, version } from '@baton/core';
import { controlTopicSpec, createKafkaPorts, eventTopicSpec, presenceTopicSpec } from '@baton/kafka';
import { createTwinPublisher, silentLogger } from '@baton/messaging';
import { createJsonCodec } from '@baton/testing';
import { announcePresence } from './announce-presence';

jest.setTimeout(60_000);

const suffix = randomUUID().slice(0, 8);
const [controlTopic, presenceTopic] = [`test.control.${suffix}`, `test.presence.${suffix}`];
const instance = `lending-${suffix}`;
const [v1, v2] = [version(1), version(2)];
const Loan = defineEventType<{ 1: { n: number }; 2: { n: number } }, 2>({
  name: `test.Retired${suffix}`,
  kind: 'event',
  newest: 2,
  versions: { 1: { schema: {} }, 2: { schema: {} } },
  downcasts: { 1: (data) => data },
  upcasts: {},
});
const topics = [v1, v2].map((v) => topicOf(Loan.name, v));

const kafka = createKafkaPorts({
  brokers: (process.env.KAFKA_BROKERS ?? '').split(','),
  clientId: instance,
  logger: silentLogger,
  controlTopic,
  presenceTopic,
});
const closers: (() => Promise<void> | void)[] = [];
const lifecycle = { onStop: (_: string, close: () => Promise<void> | void) => void closers.unshift(close) };

beforeAll(async () => {
  await kafka.topics.apply([
    controlTopicSpec(controlTopic),
    presenceTopicSpec(presenceTopic),
    ...topics.map((topic) =>
      eventTopicSpec({ topic, partitions: 1, marginMs: 1_000, retentionMs: 3_600_000 }),
    ),
  ]);
});
afterAll(async () => {
  for (const close of closers) await close();
  await kafka.topics.remove([controlTopic, presenceTopic, ...topics]);
  await kafka.close();
});

const eventually = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const end = Date.now() + 20_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`Still not so: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const startPublisher = async () => {
  let publishing = (): ReadonlyMap<string, readonly Version[]> => new Map([[Loan.name, [v1, v2]]]);
  const { refresh } = await announcePresence({
    store: kafka.presence(),
    presence: () => ({
      schemaVersion: 1,
      kind: 'publisher',
      instance,
      service: 'lending',
      host: 'here',
      pid: 1,
      startedAt: 0,
      publishes: Object.fromEntries(publishing()),
    }),
    logger: silentLogger,
    lifecycle,
  });
  const policy = createLogPublicationPolicy({ source: { log: await kafka.controlLog() }, instance });
  lifecycle.onStop('policy', policy.close);
  const publisher = await createTwinPublisher({
    source: 'lending',
    instance,
    publishes: [{ eventType: Loan, versions: [1, 2] }],
    codec: createJsonCodec(),
    createProducer: kafka.transactionalProducer,
    topics: kafka.topicReader,
    partitioner: kafka.partitioner,
    newId: randomUUID,
    policy,
  });
  lifecycle.onStop('publisher', publisher.close);
  publishing = publisher.publishing;
  policy.onChange(() => void refresh());
  return publisher;
};

const about = { eventType: Loan.name, version: v1 };

describe('a publisher that runs while a version retires', () => {
  it('leaves it out, acknowledges and says so in its presence, all without a restart', async () => {
    const publisher = await startPublisher();
    const log = followControlLog({ log: await kafka.controlLog() });
    lifecycle.onStop('log', log.close);
    const presence = kafka.presence();
    lifecycle.onStop('presence reader', presence.close);
    const append = (entry: UnsignedEntry) => log.append(sign(entry, { by: 'test', reason: 'test' }));
    const deprecation = () => log.state().eventTypes.get(Loan.name)?.deprecations.get(v1);
    const publish = () => publisher.publish(Loan, { key: 'k', data: { n: 1 } });
    expect((await publish()).published).toEqual([1, 2]);

    const deadline = Date.now() + 3_000;
    const { eventType } = about;
    await append({ kind: 'announced', eventType, from: v1, to: v2, deadline, expectedRevision: 0 });
    const certificate = certify({
      about: { question: 'stop', ...about },
      verdict: 'safe',
      evidence: [],
      by: 'test',
      at: Date.now(),
    });
    await eventually(async () => {
      await append({ kind: 'retiring', ...about, publishers: [instance], certificate, expectedRevision: 1 });
      await log.catchUp();
      return deprecation()?.phase.kind === 'retiring';
    });
    await eventually(() => {
      const phase = deprecation()?.phase;
      return phase?.kind === 'retiring' && phase.retirement.acknowledged.has(instance);
    });

    const [before] = await kafka.logOffsets.end(topics[0] ?? '');
    expect((await publish()).published).toEqual([2]);
    expect(await kafka.logOffsets.end(topics[0] ?? '')).toEqual([before]);
    await eventually(async () => {
      const { publishers } = await readPresence(presence);
      return String(publishers[0]?.publishes[Loan.name]) === '2';
    });
  });
});
