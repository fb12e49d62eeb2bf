import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { topicOf, version } from '@baton/core';
import { type PostgresServer, postgresAvailable, startPostgres } from '@baton/dev-stack';
import { controlTopicSpec, createKafkaPorts, type KafkaPorts, presenceTopicSpec } from '@baton/kafka';
import { silentLogger } from '@baton/messaging';
import { connectPostgres, type Database } from '@baton/postgres';
import { BooksBorrowed } from '@baton/schemas';
import { beginAtEnd } from '../test-support/begin-at-end';
import { applyExampleTopics } from '../test-support/example-topics';
import { eventually, type RunningService, runService } from '../test-support/running-service';

jest.setTimeout(400_000);

const root = resolve(__dirname, '../../..');
const suffix = randomUUID().slice(0, 8);
const topics = [1, 2].map((v) => topicOf(BooksBorrowed.name, version(v)));
const examples = join(__dirname, '../../../schemas/lending.BooksBorrowed/examples/v2.json');
const example = JSON.parse(readFileSync(examples, 'utf8')) as Record<string, unknown>;

let folder: string;
let kafka: KafkaPorts;
let server: PostgresServer;
let database: Database;
let common: Record<string, string | undefined>;
const running: RunningService[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baton-outbox-'));
  const { DATABASE_URL: _foreign, ...env } = process.env;
  server = await startPostgres({ env, root });
  database = await connectPostgres({ url: server.url });
  const brokers = (process.env.KAFKA_BROKERS ?? '').split(',');
  const registryUrl = process.env.SCHEMA_REGISTRY_URL ?? '';
  kafka = createKafkaPorts({ brokers, registryUrl, clientId: `test-${suffix}`, logger: silentLogger });
  const marginMs = await applyExampleTopics(kafka);
  const control = `baton.control-${suffix}`;
  const presence = `baton.presence-${suffix}`;
  await kafka.topics.apply([controlTopicSpec(control), presenceTopicSpec(presence)]);
  common = {
    KAFKA_BROKERS: process.env.KAFKA_BROKERS,
    SCHEMA_REGISTRY_URL: process.env.SCHEMA_REGISTRY_URL,
    CONTROL_TOPIC: control,
    PRESENCE_TOPIC: presence,
    MARGIN_MS: String(marginMs),
  };
});
afterEach(async () => {
  for (const service of running.splice(0)) await service.end('SIGKILL');
});
afterAll(async () => {
  await kafka.close();
  await database.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const start = async (name: 'lending' | 'reminders', env: Record<string, string>): Promise<RunningService> => {
  const own =
    name === 'lending'
      ? { LENDING_PUBLISHES: '1,2' }
      : { SUBSCRIBES: '1,2', LEASE_MS: '6000', DEADLINE_MS: '5000' };
  const service = runService(name, { ...common, ...own, ...env, INSTANCE: `${env.INSTANCE}-${suffix}` });
  running.push(service);
  await service.ready();
  return service;
};

const post = async (service: RunningService, loanId: string, due = '2027-01-02'): Promise<string> => {
  const response = await fetch(service.url('/loans'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...example, loanId, dueDate: due }),
  });
  const body = (await response.json()) as { id: string };
  if (response.status !== 201) throw new Error(JSON.stringify(body));
  return body.id;
};

/** Some day far ahead. */
const dayOf = (text: string): string => {
  const days = createHash('sha256').update(text).digest().readUInt32BE() % 2_000_000;
  return new Date(Date.UTC(2100, 0, 1) + days * 86_400_000).toISOString().slice(0, 10);
};

/** When reminders are due. */
const twoDaysBefore = (day: string): string =>
  new Date(Date.parse(day) - 2 * 86_400_000).toISOString().slice(0, 10);

const describeWithServer = postgresAvailable(root) ? describe : describe.skip;

describeWithServer('lending with an outbox and reminders with an inbox', () => {
  it('take effect exactly once for every loan, though instances of both are killed', async () => {
    await beginAtEnd(kafka, `reminders-${suffix}`, topics);
    const on = { DATABASE_URL: server.url, GROUP: `reminders-${suffix}` };
    const lendings = [
      await start('lending', { ...on, INSTANCE: 'l1' }),
      await start('lending', { ...on, INSTANCE: 'l2' }),
    ];
    const reminders = await start('reminders', { ...on, INSTANCE: 'r1' });
    await start('reminders', { ...on, INSTANCE: 'r2' });
    const ids: string[] = [];
    for (let n = 0; n < 60; n += 1) {
      const [first, second] = lendings;
      const lending = n % 2 === 0 && n < 20 ? first : second;
      if (lending !== undefined) ids.push(await post(lending, `loan-${suffix}-${n % 7}`));
      if (n === 20) await first?.end('SIGKILL');
      if (n === 40) await reminders.end('SIGKILL');
    }
    await start('reminders', { ...on, INSTANCE: 'r1' });
    const effects = async () => {
      const { rows } = await database.query('SELECT id FROM effects');
      return rows.map(({ id }) => String(id)).filter((id) => ids.includes(id));
    };
    let seen: readonly string[] = [];
    await eventually(
      'every loan took effect',
      async () => {
        seen = await effects();
        return new Set(seen).size === ids.length;
      },
      () => `${running.map((each) => each.output()).join('\n')}\n${seen.length} of ${ids.length} took effect`,
    );
    expect([...(await effects())].sort()).toEqual([...ids].sort());
    const { rows } = await database.query(`SELECT count(*)::int AS n FROM loan WHERE loan_id LIKE $1`, [
      `loan-${suffix}-%`,
    ]);
    expect(rows).toEqual([{ n: 7 }]);
  });

  it('work with an embedded database each, and go on where they ended', async () => {
    const lendingOn = { DATABASE_FOLDER: join(folder, 'lending'), INSTANCE: 'l3' };
    await beginAtEnd(kafka, `embedded-${suffix}`, topics);
    const reminders = await start('reminders', {
      DATABASE_FOLDER: join(folder, 'reminders'),
      GROUP: `embedded-${suffix}`,
      LOG_LEVEL: 'debug',
      INSTANCE: 'r3',
    });
    const before = await start('lending', lendingOn);
    // no other test lends until these days; the log of reminders tells what it plans
    const planned = (due: string) => reminders.output().split(`"on":"${twoDaysBefore(due)}"`).length - 1;
    const took = (due: string) => eventually('took effect', async () => planned(due) > 0, reminders.output);
    const [first, second] = [dayOf(suffix), dayOf(`${suffix}.`)];
    await post(before, `loan-${suffix}-a`, first);
    await took(first);
    expect(await before.end()).toBe(0);
    const after = await start('lending', lendingOn);
    await post(after, `loan-${suffix}-b`, second);
    await took(second);
    expect(await after.end()).toBe(0);
    expect([planned(first), planned(second)]).toEqual([1, 1]);
    expect(await reminders.end()).toBe(0);
  });
});
