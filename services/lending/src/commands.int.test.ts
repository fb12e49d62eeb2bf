import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlTopicSpec, createKafkaPorts, type KafkaPorts, presenceTopicSpec } from '@baton/kafka';
import { silentLogger } from '@baton/messaging';
import { ExtendLoan } from '@baton/schemas';
import { applyExampleTopics } from '../test-support/example-topics';
import type { Extension } from './extensions';

const root = join(__dirname, '../../..');
const suffix = randomUUID().slice(0, 8);
const controlTopic = `baton.control-${suffix}`;
const presenceTopic = `baton.presence-${suffix}`;
const names = { CONTROL_TOPIC: controlTopic, PRESENCE_TOPIC: presenceTopic };
const inAMonth = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);

let folder: string;
let kafka: KafkaPorts;
let marginMs = 1_000;
const started: ChildProcess[] = [];

/** A running service, seen from outside. */
interface RunningService {
  readonly child: ChildProcess;
  readonly exited: Promise<number | string>;
  output(): string;
}

const start = (name: string, env: Readonly<Record<string, string>>): RunningService => {
  const { PATH, KAFKA_BROKERS, SCHEMA_REGISTRY_URL } = process.env;
  const child = spawn(process.execPath, [join(root, 'services', name, 'dist/main.js')], {
    env: { PATH, KAFKA_BROKERS, SCHEMA_REGISTRY_URL, ...names, MARGIN_MS: String(marginMs), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const exited = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  return { child, exited, output: () => output };
};

const receiver = (instance: string, group: string) =>
  start('lending', {
    INSTANCE: `${instance}-${suffix}`,
    LENDING_PUBLISHES: '1,2',
    LENDING_RECEIVES: '1,2',
    EXTENSIONS_FILE: join(folder, `${instance}.db`),
    GROUP: `${group}-${suffix}`,
    LEASE_MS: '6000',
  });

const sender = (name: 'reminders' | 'statistics', versions: string) =>
  start(name, {
    INSTANCE: `${name}-${suffix}`,
    SUBSCRIBES: '1,2',
    GROUP: `${name}-${suffix}`,
    EFFECTS_FILE: join(folder, `${name}.db`),
    LEASE_MS: '6000',
    EXTEND_LOAN_VERSION: versions,
  });

/** Waits for a fact, at most a minute. */
const eventually = async <T>(
  what: string,
  fact: () => Promise<T | undefined>,
  state: () => string,
): Promise<T> => {
  const end = Date.now() + 60_000;
  for (;;) {
    const value = await fact().catch(() => undefined);
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`Waited for: ${what}. Last seen:\n${state()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const url = async (service: RunningService, path: string): Promise<string> => {
  const port = async () => /"port":(\d+).*"msg":"listening"/.exec(service.output())?.[1];
  return `http://127.0.0.1:${await eventually('listening', port, service.output)}${path}`;
};

const ready = (service: RunningService) =>
  eventually(
    'ready',
    async () => ((await fetch(await url(service, '/readyz'))).status === 200 ? true : undefined),
    service.output,
  );

const stop = async (service: RunningService): Promise<number | string> => {
  service.child.kill('SIGTERM');
  return service.exited;
};

/** Asks a sender for an extension. */
const ask = async (service: RunningService, loanId: string) => {
  const response = await fetch(await url(service, '/extensions'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ loanId, until: inAMonth }),
  });
  const body = (await response.json()) as { id: string; published: number[] };
  if (response.status !== 202) throw new Error(`${response.status}: ${JSON.stringify(body)}`);
  return body;
};

const baton = (...args: readonly string[]): Promise<{ exit: number; output: string }> =>
  new Promise((resolve) => {
    const { PATH, HOME, KAFKA_BROKERS, SCHEMA_REGISTRY_URL } = process.env;
    const env = { PATH, HOME, KAFKA_BROKERS, SCHEMA_REGISTRY_URL, ...names };
    execFile(
      process.execPath,
      [join(root, 'services/cli/bin/baton.js'), ...args],
      { env, cwd: root },
      (error, stdout, stderr) =>
        resolve({ exit: Number(error?.code ?? 0), output: `${stdout}${stderr}`.replace(/\s+/g, ' ') }),
    );
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baton-commands-'));
  kafka = createKafkaPorts({
    brokers: (process.env.KAFKA_BROKERS ?? '').split(','),
    clientId: `commands-test-${suffix}`,
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

describe('the command lending.ExtendLoan', () => {
  it('is carried out once each, whichever version its senders send in, and by one group only', async () => {
    const lending = receiver('lending', 'lending');
    const [reminders, statistics] = [sender('reminders', '1'), sender('statistics', '2')];
    await Promise.all([lending, reminders, statistics].map(ready));
    const loanId = `loan-${suffix}`;
    const carriedOut = (count: number): Promise<readonly Extension[]> =>
      eventually(
        `${count} extensions`,
        async () => {
          const response = await fetch(await url(lending, `/loans/${loanId}/extensions`));
          const { extensions } = (await response.json()) as { extensions: Extension[] };
          return extensions.length >= count ? extensions : undefined;
        },
        lending.output,
      );
    const idsOf = async (count: number) => new Set((await carriedOut(count)).map(({ id }) => id));

    const sent: { id: string; published: number[] }[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      sent.push(await ask(turn % 2 === 0 ? reminders : statistics, loanId));
      expect(await idsOf(sent.length)).toEqual(new Set(sent.map(({ id }) => id)));
    }
    expect(sent.map(({ published }) => published)).toEqual([[1], [2], [1], [2]]);

    const second = receiver('copy', 'copy');
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain('second-receiver');
    expect(second.output()).toContain(
      `Expected one receiver of the command lending.ExtendLoan, group \\"lending-${suffix}\\"`,
    );

    const deadline = new Date(Date.now() + 3_600_000).toISOString();
    const change = ['--from', '1', '--to', '2', '--deadline', deadline, '--reason', 'a day, not days'];
    expect(await baton('announce', ExtendLoan.name, ...change)).toMatchObject({ exit: 0 });
    const verdict = await baton('can', 'stop', ExtendLoan.name, '--version', '1', '--without-outbox');
    expect(verdict.exit).toBe(2);
    expect(verdict.output).toContain(`Publisher "reminders-${suffix}" writes v1 only.`);
    expect(verdict.output).not.toContain(`Publisher "statistics-${suffix}" writes`);

    expect(await stop(reminders)).toBe(0);
    const inBoth = sender('reminders', '1,2');
    await ready(inBoth);
    sent.push(await ask(inBoth, loanId));
    expect(sent.at(-1)?.published).toEqual([1, 2]);
    await carriedOut(sent.length);
    sent.push(await ask(statistics, loanId));
    await carriedOut(sent.length);
    expect(await Promise.all([inBoth, statistics, lending].map(stop))).toEqual([0, 0, 0]);

    const again = receiver('lending', 'lending');
    await ready(again);
    const response = await fetch(await url(again, `/loans/${loanId}/extensions`));
    const { extensions } = (await response.json()) as { extensions: Extension[] };
    expect(extensions.map(({ id, version: v }) => [id, v])).toEqual(
      sent.map(({ id, published }) => [id, published[0]]),
    );
    expect(new Set(extensions.map(({ until }) => until))).toEqual(new Set([inAMonth]));
    expect(await stop(again)).toBe(0);
  }, 180_000);
});
