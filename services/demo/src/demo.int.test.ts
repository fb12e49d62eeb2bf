import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { wholeLife } from './story/phases';

const root = resolve(__dirname, '../../..');
const example = readFileSync(join(root, 'schemas/lending.BooksBorrowed/examples/v2.json'), 'utf8');
const count = z.number().int().nonnegative();
const none = z.literal(0);

const failure = z.object({
  schemaVersion: z.literal(1),
  error: z.object({ code: z.string(), details: z.object({ logs: z.string() }) }),
});

const group = z.object({
  handled: z.object({ '1': count, '2': count }),
  lost: none,
  doubled: none,
  redelivered: count,
  outOfOrder: none,
  unpublished: none,
});

const cleanDocument = z.object({
  schemaVersion: z.literal(1),
  published: count,
  unacknowledged: count,
  torn: none,
  unequalTwins: none,
  groups: z.strictObject({ reminders: group, statistics: group }),
  unanswered: count,
  phases: z.array(z.object({ phase: z.string(), at: z.iso.datetime() })),
  log: z.array(z.object({ kind: z.string(), group: z.string().nullable(), valid: z.boolean() })),
  firstHandledAfterMs: count,
  durationMs: count,
  folder: z.string(),
});

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  /** Resolves once standard error has this text; rejects if the process ends before. */
  says(text: string): Promise<void>;
}

const runs: ChildProcess[] = [];
afterEach(() => {
  for (const child of runs.splice(0)) if (child.exitCode === null) child.kill('SIGTERM');
});

/** Without addresses in its environment it starts a cluster of its own. */
const ownCluster = { ...process.env, KAFKA_BROKERS: undefined, SCHEMA_REGISTRY_URL: undefined };

const demo = (args: readonly string[], env: NodeJS.ProcessEnv = process.env): Run => {
  const child = spawn(process.execPath, [join(root, 'services/demo/dist/main.js'), ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  runs.push(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (part: Buffer) => {
    stdout += part;
  });
  const ended = new Promise<Awaited<Run['ended']>>((resolveEnd, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolveEnd({ code, stdout, stderr }));
  });
  const says = (text: string) =>
    new Promise<void>((resolveText, reject) => {
      child.stderr.on('data', () => stderr.includes(text) && resolveText());
      void ended.then(() => reject(new Error(`Expected "${text}", got: ${stderr}`)));
    });
  child.stderr.on('data', (part: Buffer) => {
    stderr += part;
  });
  return { child, ended, says };
};

describe('the demonstration', () => {
  it('tells the whole life of a version on a cluster of its own, finds nothing wrong and prints one document', async () => {
    const { code, stdout, stderr } = await demo(
      ['--events', '600', '--rate', '100', '-o', 'json'],
      ownCluster,
    ).ended;
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const document = cleanDocument.parse(JSON.parse(stdout));
    expect(document.published).toBe(600);
    expect(document.phases.map(({ phase }) => phase)).toEqual(wholeLife);
    for (const { handled } of Object.values(document.groups)) {
      expect(handled['1'] + handled['2']).toBe(600 + document.unacknowledged);
      expect(handled['1']).toBeGreaterThan(0);
      expect(handled['2']).toBeGreaterThan(0);
    }
    const decided = document.log.filter(({ valid }) => valid).map(({ kind, group: of }) => `${kind} ${of}`);
    expect(decided).toEqual(
      expect.arrayContaining([
        'announced null',
        'vetoed statistics',
        'veto-withdrawn statistics',
        'final null',
        'dropped reminders',
        'dropped statistics',
      ]),
    );
    expect(decided.filter((one) => one === 'binding-confirmed null')).toHaveLength(4);
  }, 300_000);

  it('stops everything that it started when it is interrupted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'baton-demo-'));
    try {
      const file = join(folder, 'loans.jsonl');
      writeFileSync(file, `${JSON.stringify(JSON.parse(example))}\n`.repeat(100));
      const { child, ended, says } = demo(['--input', file, '-o', 'json']);
      await says('reminders is stopped');
      child.kill('SIGINT');
      const { code, stdout, stderr } = await ended;
      expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
      const { error } = failure.parse(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? ''));
      const { logs } = error.details;
      const names = readdirSync(logs).filter((name) => /^(lending|reminders|statistics)-\d\.log$/.test(name));
      expect(names).toHaveLength(6);
      for (const name of names) {
        expect(readFileSync(join(logs, name), 'utf8').trimEnd().split('\n').at(-1)).toContain('"stopped"');
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);

  it('refuses faulty loans before anything is started, with the line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'baton-demo-'));
    try {
      const file = join(folder, 'loans.jsonl');
      writeFileSync(file, `${JSON.stringify(JSON.parse(example))}\n{"loanId": "loan-1"}\n`);
      const { code, stdout, stderr } = await demo(['--input', file]).ended;
      expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
      expect(stderr).toContain('loans.jsonl:2: borrower:');
      expect(stderr).not.toContain('loans.jsonl:1:');
      expect(stderr).not.toContain('logs:');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each([[['--rate', '0']], [['--input', '/nowhere/loans.jsonl']], [['--bogus']]])(
    'refuses %j with 64 and one JSON document, and names no logs',
    async (args) => {
      const { code, stdout, stderr } = await demo([...args, '-o', 'json']).ended;
      expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
      expect(JSON.parse(stderr)).toMatchObject({
        schemaVersion: 1,
        error: { code: 'invalid-argument', details: {} },
      });
    },
    30_000,
  );
});
