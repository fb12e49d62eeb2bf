import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogBindings } from '@baton/control';
import { version } from '@baton/core';
import { createKafkaPorts, type KafkaPorts } from '@baton/kafka';
import { silentLogger, systemClock } from '@baton/messaging';
import { runBin } from './test-support/bin';
import { thingV1, writeThing } from './test-support/contracts';

jest.setTimeout(60_000);

const run = randomUUID().slice(0, 8);
const eventType = `test.Thing${run}`;
const controlTopic = `test.control.${run}`;
const presenceTopic = `test.presence.${run}`;
const group = `test-group-${run}`;

describe('the baton command on a real broker and registry', () => {
  let folder: string;
  let ports: KafkaPorts;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'baton-cli-'));
    writeThing(join(folder, 'schemas'), eventType);
    ports = createKafkaPorts({
      brokers: (process.env.KAFKA_BROKERS ?? '').split(','),
      clientId: 'cli-test',
      logger: silentLogger,
      controlTopic,
      presenceTopic,
    });
  });

  afterAll(async () => {
    await ports.topics.remove([`${eventType}.v1`, `${eventType}.v2`, controlTopic, presenceTopic]);
    await ports.close();
    rmSync(folder, { recursive: true });
  });

  const own = ['--control-topic', controlTopic, '--presence-topic', presenceTopic];
  const baton = (...args: readonly string[]) => runBin([...args, ...own], { cwd: folder });
  const json = async (...args: readonly string[]) => {
    const { exit, stdout, stderr } = await baton(...args, '-o', 'json');
    if (stdout === '') throw new Error(`no document; standard error says: ${stderr}`);
    return { exit, document: JSON.parse(stdout) };
  };
  const outcomes = (document: { topics: { outcome: string }[] }) =>
    document.topics.map(({ outcome }) => outcome);

  test('before there are topics, a dry run lists them and status says what to run', async () => {
    const { exit, document } = await json('topics', 'apply', '--dry-run');
    expect(exit).toBe(2);
    expect(outcomes(document)).toEqual(['missing', 'missing', 'missing', 'missing']);
    const status = await baton('status');
    expect(status).toMatchObject({ exit: 1, stdout: '' });
    expect(status.stderr).toMatch(/\[topic-missing\].*topics apply/s);
  });

  test('the doctor fails while topics are missing, and says what to run', async () => {
    const { exit, document } = await json('doctor');
    expect(exit).toBe(1);
    expect(document.checks).toContainEqual({
      check: `topic ${eventType}.v1`,
      outcome: 'fail',
      found: 'it does not exist',
      mend: 'Run: baton topics apply',
    });
  });

  test('topics are created once and verified afterwards', async () => {
    const first = await json('topics', 'apply', '--margin-ms', '1000');
    expect(first).toMatchObject({ exit: 0, document: { schemaVersion: 1, dryRun: false } });
    expect(outcomes(first.document)).toEqual(['created', 'created', 'created', 'created']);
    const second = await json('topics', 'apply', '--margin-ms', '1000');
    expect(second.exit).toBe(0);
    expect(outcomes(second.document)).toEqual(['equal', 'equal', 'equal', 'equal']);
  });

  test('a topic that differs is named with its setting, and left as it is', async () => {
    const { exit, document } = await json('topics', 'apply', '--margin-ms', '1500');
    expect(exit).toBe(1);
    expect(document.topics[0]).toEqual({
      topic: `${eventType}.v1`,
      outcome: 'different',
      differences: [{ setting: 'message.timestamp.after.max.ms', expected: '1500', got: '1000' }],
    });
    expect((await json('topics', 'apply', '--margin-ms', '1000')).exit).toBe(0);
  });

  test('without a margin on the command line a topic may hold publishers to a smaller one', async () => {
    const { exit, document } = await json('topics', 'apply');
    expect(exit).toBe(0);
    expect(outcomes(document)).toEqual(['equal', 'equal', 'equal', 'equal']);
  });

  test('schemas are registered under stable ids', async () => {
    const first = await json('schema', 'register');
    const second = await json('schema', 'register');
    expect(first.document.schemas.map((schema: { subject: string }) => schema.subject)).toEqual([
      `${eventType}.v1-value`,
      `${eventType}.v2-value`,
    ]);
    const ids = ({ document }: typeof first) => document.schemas.map((schema: { id: number }) => schema.id);
    expect(ids(second)).toEqual(ids(first));
    expect(second.document.schemas[0].outcome).toBe('kept');
  });

  test('a breaking change within a version ends with 100 and all findings', async () => {
    expect((await json('schema', 'check')).exit).toBe(0);
    const broken = mkdtempSync(join(tmpdir(), 'baton-broken-'));
    try {
      const v1 = [
        { name: 'thingId', type: 'string' },
        { name: 'label', type: 'int' },
      ];
      writeThing(join(broken, 'schemas'), eventType, { v1 });
      const { exit, stdout } = await runBin(['schema', 'check', eventType, '-o', 'json'], { cwd: broken });
      expect(exit).toBe(100);
      const { compatible, findings } = JSON.parse(stdout);
      expect(compatible).toBe(false);
      expect(findings.map(({ reason }: { reason: string }) => reason)).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/string.*int/),
          expect.stringMatching(/"changedBy".*is gone/),
        ]),
      );
      for (const finding of findings) {
        expect(finding).toMatchObject({ file: `${eventType}/v1.avsc`, severity: 'error' });
        expect(finding.whatToDo).toMatch(/new version/);
      }
      const kept = [...thingV1, { name: 'note', type: 'string', default: '' }];
      writeThing(join(broken, 'schemas'), eventType, { v1: kept });
      expect((await runBin(['schema', 'check'], { cwd: broken })).exit).toBe(0);
    } finally {
      rmSync(broken, { recursive: true });
    }
  });

  test('a group that never started cannot be bound yet', async () => {
    const { exit, document } = await json('bind', eventType, '--group', group, '--to', '2');
    expect(exit).toBe(2);
    expect(document).toMatchObject({ outcome: 'refused', BoundToV2Since: null });
    expect(document.because).toMatchObject([{ code: 'group-not-registered' }]);
  });

  describe('for a stopped group', () => {
    const timings = ['--lease-ms', '1000', '--margin-ms', '1000'];
    const bindTo = (to: string, ...more: readonly string[]) =>
      json('bind', eventType, '--group', group, '--to', to, ...timings, ...more);
    const groupStatus = async () => {
      const { exit, document } = await json('status', eventType);
      expect(exit).toBe(0);
      return document.eventTypes[0].groups.find((one: { group: string }) => one.group === group);
    };

    beforeAll(async () => {
      const bindings = createLogBindings({
        log: await ports.controlLog(),
        group,
        by: 'cli-test',
        lead: 2000,
        clock: systemClock,
        logger: silentLogger,
      });
      await bindings.register({
        kind: 'event',
        eventType,
        defaultVersion: version(1),
        handles: [version(1), version(2)],
      });
      await bindings.close();
    });

    test('a dry run shows decision and evidence, and writes nothing', async () => {
      const { exit, document } = await bindTo('2', '--dry-run');
      expect(exit).toBe(0);
      expect(document).toMatchObject({ outcome: 'planned', dryRun: true, decision: { kind: 'propose' } });
      expect(Date.parse(document.decision.since)).toBeGreaterThan(Date.now());
      expect(document.evidence.partitions).toHaveLength(6);
      expect(await groupStatus()).toMatchObject({ version: 1, BoundToV2Since: null, proposal: null });
    });

    test('an instant in the past is refused with the earliest valid one', async () => {
      const { exit, document } = await bindTo('2', '--since', '2026-01-01T00:00:00Z');
      expect(exit).toBe(1);
      expect(document.because).toMatchObject([{ code: 'since-too-early' }]);
      expect(Date.parse(document.decision.earliest)).toBeGreaterThan(Date.parse('2026-01-01T00:00:00Z'));
    });

    test('it is bound once; the same command again changes nothing', async () => {
      const first = await bindTo('2');
      expect(first).toMatchObject({ exit: 0, document: { outcome: 'bound' } });
      const since = first.document.BoundToV2Since;
      expect(Date.parse(since)).toBeGreaterThan(Date.now() - 10_000);
      const second = await bindTo('2');
      expect(second).toMatchObject({
        exit: 0,
        document: { outcome: 'already-bound', BoundToV2Since: since },
      });
      expect(await groupStatus()).toMatchObject({
        state: expect.stringMatching(/Empty|Dead/),
        members: 0,
        version: 2,
        BoundToV2Since: since,
        timeline: [
          { since: '-infinity', version: 1 },
          { since, version: 2 },
        ],
        versions: { '1': { committed: [null, null, null], lag: null } },
      });
    });

    test('it is bound back by a later instant; nothing is taken from the timeline', async () => {
      const { exit, document } = await bindTo('1');
      expect(exit).toBe(0);
      expect(document.timeline.map(({ version: v }: { version: number }) => v)).toEqual([1, 2, 1]);
      expect(await groupStatus()).toMatchObject({ version: 1, BoundToV2Since: null });
    });
  });

  test('status for people shows groups and positions', async () => {
    const { exit, stdout } = await baton('status', eventType);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/GROUP +STATE +MEMBERS +COUNTS +BoundToV2Since +V1 LAG +V2 LAG +DRAINED/);
    expect(stdout).toContain(group);
  });

  test('the doctor finds nothing to mend, and leaves nothing behind', async () => {
    const { exit, document } = await json('doctor');
    expect({
      exit,
      failed: document.checks.filter(({ outcome }: { outcome: string }) => outcome === 'fail'),
    }).toEqual({
      exit: 0,
      failed: [],
    });
    const presence = ports.presence();
    try {
      expect([...(await presence.all()).keys()]).toEqual([]);
    } finally {
      await presence.close();
    }
  });

  test('an interrupted command ends with 130, whatever it waits for', async () => {
    const args = ['status', '--brokers', '127.0.0.1:9'];
    const { exit, stdout, stderr } = await runBin(args, {
      cwd: folder,
      interruptAfter: /reading baton\.control/,
    });
    expect({ exit, stdout }).toEqual({ exit: 130, stdout: '' });
    expect(stderr).toMatch(/Interrupted/);
  });

  test('a registry that is not there is one clear failure', async () => {
    const { exit, stdout, stderr } = await baton('schema', 'register', '--registry', 'http://127.0.0.1:9');
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' });
    expect(stderr).toMatch(/\[registry-unavailable\]/);
    expect(stderr).not.toMatch(/ {4}at /);
  });
});
