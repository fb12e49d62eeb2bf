import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topicOf, version } from '@baton/core';
import { controlTopicSpec, createKafkaPorts, type KafkaPorts, presenceTopicSpec } from '@baton/kafka';
import { silentLogger } from '@baton/messaging';
import { BooksBorrowed } from '@baton/schemas';
import { beginAtEnd } from '../test-support/begin-at-end';
import { applyExampleTopics } from '../test-support/example-topics';
import { eventually, type RunningService, runService } from '../test-support/running-service';
import { receiveSpans, type SpanReceiver } from '../test-support/span-receiver';

jest.setTimeout(300_000);

const suffix = randomUUID().slice(0, 8);
const group = `traced-${suffix}`;
const topics = [1, 2].map((v) => topicOf(BooksBorrowed.name, version(v)));
const examples = join(__dirname, '../../../schemas/lending.BooksBorrowed/examples/v2.json');
const example = JSON.parse(readFileSync(examples, 'utf8')) as Record<string, unknown>;

let folder: string;
let kafka: KafkaPorts;
let common: Record<string, string | undefined>;
const running: RunningService[] = [];
const receivers: SpanReceiver[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baton-traces-'));
  const brokers = (process.env.KAFKA_BROKERS ?? '').split(',');
  const registryUrl = process.env.SCHEMA_REGISTRY_URL ?? '';
  kafka = createKafkaPorts({ brokers, registryUrl, clientId: `test-${suffix}`, logger: silentLogger });
  const marginMs = await applyExampleTopics(kafka);
  const control = `baton.control-${suffix}`;
  const presence = `baton.presence-${suffix}`;
  await kafka.topics.apply([controlTopicSpec(control), presenceTopicSpec(presence)]);
  common = {
    KAFKA_BROKERS: process.env.KAFKA_BROKERS,
    SCHEMA_REGISTRY_URL: registryUrl,
    CONTROL_TOPIC: control,
    PRESENCE_TOPIC: presence,
    MARGIN_MS: String(marginMs),
    OTEL_BSP_SCHEDULE_DELAY: '100',
  };
});
afterEach(async () => {
  for (const service of running.splice(0)) await service.end('SIGKILL');
  for (const receiver of receivers.splice(0)) await receiver.close();
});
afterAll(async () => {
  await kafka.close();
  rmSync(folder, { recursive: true, force: true });
});

const start = async (name: 'lending' | 'reminders', env: Record<string, string>): Promise<RunningService> => {
  const service = runService(name, { ...common, ...env, INSTANCE: `${env.INSTANCE}-${suffix}` });
  running.push(service);
  await service.ready();
  return service;
};

const collector = async (manner: 'answering' | 'silent'): Promise<SpanReceiver> => {
  const receiver = await receiveSpans(manner);
  receivers.push(receiver);
  return receiver;
};

const post = async (lending: RunningService): Promise<void> => {
  const response = await fetch(lending.url('/loans'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...example, loanId: `loan-${suffix}` }),
  });
  if (response.status !== 201) throw new Error(await response.text());
};

describe('traces', () => {
  it('lead from a request through the outbox to the handler, and to the twin that is skipped', async () => {
    await beginAtEnd(kafka, group, topics);
    const receiver = await collector('answering');
    const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const reminding = { SUBSCRIBES: '1,2', LEASE_MS: '6000', GROUP: group, INSTANCE: 'r1' };
    await start('reminders', { ...traced, ...reminding, DATABASE_FOLDER: join(folder, 'reminders') });
    const lendingIn = { DATABASE_FOLDER: join(folder, 'lending'), LENDING_PUBLISHES: '1,2', INSTANCE: 'l1' };
    await post(await start('lending', { ...traced, ...lendingIn }));
    const own = () => {
      const request = receiver.spans().find(({ name }) => name === 'POST /loans');
      return receiver.spans().filter(({ traceId }) => traceId === request?.traceId);
    };
    await eventually(
      'five spans of one trace',
      async () => own().length === 5,
      () => `${JSON.stringify(receiver.spans())}\n${running.map((each) => each.output()).join('\n')}`,
    );
    const named = (name: string) => own().find((span) => span.name === name);
    const request = named('POST /loans');
    const created = named('create lending.BooksBorrowed');
    expect(
      own()
        .map(({ service, name, parentSpanId }) => ({ service, name, parentSpanId }))
        .sort((a, b) => a.name.localeCompare(b.name)),
    ).toEqual([
      { service: 'lending', name: 'create lending.BooksBorrowed', parentSpanId: request?.spanId },
      { service: 'lending', name: 'POST /loans', parentSpanId: undefined },
      { service: 'reminders', name: `process ${topics[0]}`, parentSpanId: created?.spanId },
      { service: 'lending', name: 'send lending.BooksBorrowed', parentSpanId: created?.spanId },
      { service: 'reminders', name: `skip ${topics[1]}`, parentSpanId: created?.spanId },
    ]);
    expect(named(`skip ${topics[1]}`)?.links).toEqual([
      expect.objectContaining({ traceId: created?.traceId, spanId: created?.spanId }),
    ]);
    expect(named(`process ${topics[0]}`)?.links).toEqual([]);
  });

  it('are all that is lost where the collector does not answer: requests are served, and the service ends in order', async () => {
    const receiver = await collector('silent');
    const lending = await start('lending', {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      LENDING_PUBLISHES: '1,2',
      INSTANCE: 'l2',
    });
    await post(lending);
    expect(await lending.end()).toBe(0);
    expect(lending.output()).not.toContain('not closed in time');
  });
});
