import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PresenceList, readPresence } from '@baton/control';
import { topicOf, version } from '@baton/core';
import { controlTopicSpec, createKafkaPorts, type KafkaPorts, presenceTopicSpec } from '@baton/kafka';
import { silentLogger } from '@baton/messaging';
import { BooksBorrowed } from '@baton/schemas';
import { openDatabase, readEffects } from '@baton/service-kit';
import { applyExampleTopics } from '../test-support/example-topics';

const root = join(__dirname, '../../..');
const suffix = randomUUID().slice(0, 8);
const topics = [1, 2].map((v) => topicOf(BooksBorrowed.name, version(v)));
const controlTopic = `baton.control-${suffix}`;
const presenceTopic = `baton.presence-${suffix}`;
const group = `reminders-${suffix}`;
const example = JSON.parse(
  readFileSync(join(root, 'schemas/lending.BooksBorrowed/examples/v2.json'), 'utf8'),
) as Record<string, unknown>;

let folder: string;
let kafka: KafkaPorts;
let marginMs: number;
const started: ChildProcess[] = [];

/** A running service, seen from outside. */
interface RunningService {
  readonly child: ChildProcess;
  readonly exited: Promise<number | string>;
  output(): string;
  url(path: string): Promise<string>;
}

const start = (name: string, env: Readonly<Record<string, string>>): RunningService => {
  const child = spawn(process.execPath, [join(root, 'services', name, 'dist/main.js')], {
    env: {
      PATH: process.env.PATH,
      KAFKA_BROKERS: process.env.KAFKA_BROKERS,
      SCHEMA_REGISTRY_URL: process.env.SCHEMA_REGISTRY_URL,
      CONTROL_TOPIC: controlTopic,
      PRESENCE_TOPIC: presenceTopic,
      MARGIN_MS: String(marginMs),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const exited = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const port = () => /"port":(\d+).*"msg":"listening"/.exec(output)?.[1];
  return {
    child,
    exited,
    output: () => output,
    url: async (path) => {
      await eventually(
        'listening',
        async () => port() !== undefined,
        () => output,
      );
      return `http://127.0.0.1:${port()}${path}`;
    },
  };
};

/** Waits for a fact, at most a minute. */
const eventually = async (what: string, isSo: () => Promise<boolean>, state: () => string): Promise<void> => {
  const end = Date.now() + 60_000;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > end) throw new Error(`Waited for: ${what}. Last seen:\n${state()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const ready = (service: RunningService): Promise<void> =>
  eventually('ready', async () => (await fetch(await service.url('/readyz'))).status === 200, service.output);

const stop = async (service: RunningService): Promise<number | string> => {
  service.child.kill('SIGTERM');
  return service.exited;
};

const lending = () => start('lending', { INSTANCE: `lending-${suffix}`, LENDING_PUBLISHES: '1,2' });
const effectsFile = () => join(folder, 'reminders.db');
const reminders = (changes: Readonly<Record<string, string>> = {}) =>
  start('reminders', {
    INSTANCE: `reminders-${suffix}`,
    SUBSCRIBES: '1,2',
    GROUP: group,
    EFFECTS_FILE: effectsFile(),
    LEASE_MS: '6000',
    ...changes,
  });

interface Posted {
  readonly id: string;
  readonly key: string;
  readonly published: readonly number[];
}

const post = async (service: RunningService, loan: object): Promise<Posted> => {
  const response = await fetch(await service.url('/loans'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(loan),
  });
  const body = await response.json();
  if (response.status !== 201) throw new Error(`${response.status}: ${JSON.stringify(body)}`);
  return body as Posted;
};

/** Waits until the group has committed past everything that is on the topics now. */
const handledAll = async (service: RunningService): Promise<void> => {
  const ends = await Promise.all(topics.map((topic) => kafka.logOffsets.end(topic)));
  await eventually(
    'everything committed',
    async () => {
      const committed = await kafka.groupReader.committed(group, topics);
      return topics.every((topic, i) =>
        (ends[i] ?? []).every((end, partition) => (committed.get(topic)?.[partition] ?? 0) >= end),
      );
    },
    service.output,
  );
};

const effects = () => {
  const database = openDatabase(effectsFile(), { pid: process.pid });
  try {
    return readEffects(database);
  } finally {
    database.close();
  }
};

const presence = async (): Promise<PresenceList> => {
  const store = kafka.presence();
  try {
    return await readPresence(store);
  } finally {
    await store.close();
  }
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baton-services-'));
  kafka = createKafkaPorts({
    brokers: (process.env.KAFKA_BROKERS ?? '').split(','),
    clientId: `services-test-${suffix}`,
    registryUrl: process.env.SCHEMA_REGISTRY_URL ?? '',
    controlTopic,
    presenceTopic,
    logger: silentLogger,
  });
  await kafka.topics.apply([controlTopicSpec(controlTopic), presenceTopicSpec(presenceTopic)]);
  marginMs = await applyExampleTopics(kafka);
}, 60_000);

afterAll(async () => {
  const left = started.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  for (const child of left) child.kill('SIGKILL');
  await kafka?.topics.remove([controlTopic, presenceTopic]);
  await kafka?.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe('lending and reminders as processes', () => {
  it('carry each loan to exactly one effect, in order, across a kill and a restart of the subscriber', async () => {
    const publisher = lending();
    const first = reminders();
    await Promise.all([ready(publisher), ready(first)]);
    const loans = Array.from({ length: 30 }, (_, i) => ({ ...example, loanId: `loan-${suffix}-${i % 3}` }));
    const posted: Posted[] = [];
    for (const loan of loans) posted.push(await post(publisher, loan));
    expect(posted[0]).toMatchObject({ key: `loan-${suffix}-0`, published: [1, 2] });
    await handledAll(first);

    const metrics = await (await fetch(await first.url('/metrics'))).text();
    const processed = /baton_decisions_total\{[^}]*version="1",outcome="processed"\} (\d+)/;
    expect(Number(processed.exec(metrics)?.[1])).toBeGreaterThanOrEqual(loans.length);
    expect(metrics).toContain('process_resident_memory_bytes');
    for (const name of [
      'kafka_consumergroup_lag',
      'baton_binding_version',
      'baton_handler_duration_seconds_count',
    ])
      expect(metrics).toMatch(new RegExp(`^${name}\\{[^}]+\\} \\d`, 'm'));
    expect((await fetch(await first.url('/startupz'))).status).toBe(200);
    const published = await (await fetch(await publisher.url('/metrics'))).text();
    expect(published).toContain(`baton_publisher_events_total ${loans.length}`);
    const present = await presence();
    expect([present.publishers, present.members]).toEqual([
      [expect.objectContaining({ publishes: { [BooksBorrowed.name]: [1, 2] } })],
      [expect.objectContaining({ group, handles: { [BooksBorrowed.name]: [1, 2] } })],
    ]);

    first.child.kill('SIGKILL');
    expect(await first.exited).toBe('SIGKILL');
    const second = reminders();
    await ready(second);
    posted.push(await post(publisher, { ...example, loanId: `loan-${suffix}-0` }));
    await handledAll(second);
    expect(await Promise.all([stop(publisher), stop(second)])).toEqual([0, 0]);
    expect(second.output()).toMatch(/"msg":"stopping"[\s\S]*"msg":"stopped"\}\n$/);

    const ids = new Set(posted.map(({ id }) => id));
    const own = effects().filter(({ id }) => ids.has(id));
    expect(new Set(own.map(({ version: v }) => v))).toEqual(new Set([1]));
    for (const key of new Set(posted.map((event) => event.key))) {
      expect(own.filter((effect) => effect.key === key).map(({ id }) => id)).toEqual(
        posted.filter((event) => event.key === key).map(({ id }) => id),
      );
    }
    expect(await presence()).toEqual({ publishers: [], members: [], unreadable: 0 });
  }, 180_000);

  it('answer a bad loan with 400 and its problems', async () => {
    const publisher = lending();
    await ready(publisher);
    const response = await fetch(await publisher.url('/loans'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"branch":"MOON"}',
    });
    expect([response.status, await response.json()]).toEqual([
      400,
      { code: 'invalid-data', message: expect.stringContaining('books: a list of books') },
    ]);
    expect(await stop(publisher)).toBe(0);
  }, 60_000);
});

describe('a service that cannot go on', () => {
  it('exits with 64 and names all settings that are wrong', async () => {
    const service = start('statistics', { INSTANCE: 'a b', SUBSCRIBES: '3', PORT: 'http' });
    expect(await service.exited).toBe(64);
    for (const variable of ['INSTANCE', 'SUBSCRIBES', 'PORT', 'EFFECTS_FILE']) {
      expect(service.output()).toContain(`${variable}: expected`);
    }
  }, 30_000);

  it('exits with 1 if another process has its effects file', async () => {
    const database = openDatabase(effectsFile(), { pid: process.pid });
    const service = reminders();
    expect(await service.exited).toBe(1);
    expect(service.output()).toContain('file-in-use');
    database.close();
  }, 30_000);

  it('exits with 1 if its consumer ends by itself, and leaves no presence', async () => {
    const GROUP = `rewritten-${suffix}`;
    const before = reminders({ GROUP });
    await ready(before);
    expect(await stop(before)).toBe(0);
    const after = reminders({ GROUP, BOUND_TO_V2_SINCE: '2020-01-01T00:00:00Z' });
    expect(await after.exited).toBe(1);
    expect(after.output()).toContain('its commits were made under log:');
    expect((await presence()).members).toEqual([]);
  }, 120_000);
});
