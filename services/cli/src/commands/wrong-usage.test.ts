import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createInMemoryRegistry } from '@baton/contracts';
import { BatonError } from '@baton/core';
import type { Surroundings } from '../run';
import { writeThing } from '../test-support/contracts';
import { brokerWith } from '../test-support/memory-broker';
import { runInProcess } from '../test-support/world';

const at = ['--brokers', '127.0.0.1:1', '--registry', 'http://127.0.0.1:1'];
const thing = 'test.Thing';
const soon = '2026-12-31T00:00:00Z';
const bad = ['--group', 'bad group'];

describe('what is refused before anything is asked of the broker', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'baton-usage-'));
    writeThing(join(folder, 'schemas'), thing);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (argv: readonly string[], world: Partial<Surroundings> = {}) =>
    runInProcess([...argv, ...at], { cwd: folder, ...world });

  test.each([
    ['bind', thing, '--group', 'g', '--to', '3'],
    ['can', 'bind', thing, '--group', 'g', '--to', '3'],
    ['can', 'stop', thing, '--version', '3'],
    ['can', 'drop', thing, '--group', 'g', '--version', '3'],
    ['retire', thing, '--version', '3', '--publisher'],
    ['announce', thing, '--from', '1', '--to', '3', '--deadline', soon, '--reason', 'r'],
    ['announce', thing, '--from', '3', '--to', '2', '--deadline', soon, '--reason', 'r'],
    ['veto', thing, '--version', '3', '--group', 'g', '--until', soon, '--reason', 'r'],
    ['veto', 'withdraw', thing, '--version', '3', '--group', 'g', '--reason', 'r'],
  ])('a version that never was: %s %s %s %s %s %s', async (...argv) => {
    const { exit, data, notes } = await run(argv);
    expect({ exit, data }).toEqual({ exit: 64, data: '' });
    expect(notes).toMatch(/Expected a version of test\.Thing, which has 1, 2, got 3\./);
  });

  test('an instant before there were any', async () => {
    const { exit, data, notes } = await run([
      'bind',
      thing,
      '--group',
      'g',
      '--to',
      '2',
      '--since',
      '1969-12-31T00:00:00Z',
    ]);
    expect({ exit, data }).toEqual({ exit: 64, data: '' });
    expect(notes).toMatch(/Expected an instant after 1970, got 1969/);
  });

  test.each([
    ['bind', thing, ...bad, '--to', '2'],
    ['can', 'bind', thing, ...bad, '--to', '2'],
    ['can', 'drop', thing, ...bad, '--version', '1'],
    ['retire', thing, '--version', '1', '--subscriber', ...bad],
    ['veto', thing, ...bad, '--until', soon, '--reason', 'r'],
    ['veto', 'withdraw', thing, ...bad, '--reason', 'r'],
    ['tail', thing, ...bad],
  ])('a group that no service could have: %s %s %s %s', async (...argv) => {
    const { exit, data, notes } = await run(argv);
    expect({ exit, data }).toEqual({ exit: 64, data: '' });
    expect(notes).toMatch(/group: Expected a group such as reminders .*, got "bad group"\./);
  });

  test.each([
    [['migrate', 'plan', 'none.yaml'], /Expected a file, got none\.yaml, which does not exist\./],
    [['migrate', 'apply', 'x.yaml', '--plan', 'none.json'], /Expected a file, got none\.json/],
    [
      ['tail', thing, '--from', '2027'],
      /from: Expected beginning, end, or an instant such as .*, got "2027"\./,
    ],
    [['schema', 'new', 'test.Other', '--kind', 'foo'], /kind: Expected event or command, got "foo"\./],
    [
      ['topics', 'apply', '--margin-ms', '60001'],
      /marginMs: Expected at most 60000 milliseconds, got 60001\./,
    ],
  ])('%j', async (argv, message) => {
    const { exit, data, notes } = await run(argv);
    expect({ exit, data }).toEqual({ exit: 64, data: '' });
    expect(notes).toMatch(message);
  });

  test('the longest margin is still taken', async () => {
    const createBroker = () => brokerWith({});
    const { exit } = await run(['topics', 'apply', '--margin-ms', '60000'], { createBroker });
    expect(exit).toBe(0);
  });

  test('a registry that takes no breaking change points to all the findings', async () => {
    const registry = {
      ...createInMemoryRegistry(),
      register: async () => {
        throw new BatonError('schema-incompatible', 'The registry refuses it.');
      },
    };
    const { exit, notes } = await run(['schema', 'register'], { createRegistry: () => registry });
    expect(exit).toBe(100);
    expect(notes).toMatch(/The registry refuses it\. .*what to do: baton schema check\n$/);
  });

  test('no line on standard input is nothing to publish, and is said', async () => {
    const registry = createInMemoryRegistry();
    const settings = {
      partitions: 3,
      timestampType: 'CreateTime' as const,
      timestampAfterMaxMs: 1_000,
      timestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
      retentionMs: 1_000,
      cleanupPolicy: 'delete',
    };
    const createBroker = () => brokerWith({ topicReader: { settings: async () => settings } });
    const world = { createRegistry: () => registry, createBroker };
    expect((await run(['schema', 'register'], world)).exit).toBe(0);
    const publish = (text: string) =>
      run(['publish', thing, '--version', '2', '--dry-run'], {
        ...world,
        input: { ...input, input: Readable.from([text]) },
      });
    const nothing = /there was nothing to publish: standard input held no line/;
    const empty = await publish('\n');
    expect(empty).toMatchObject({ exit: 0, notes: expect.stringMatching(nothing) });
    const one = await publish('{"data":{"thingId":"1","label":"a"}}\n');
    expect(one).toMatchObject({ exit: 0, notes: expect.not.stringMatching(nothing) });
    expect(one.data).toMatch(/1 right, 0 wrong/);
  });
});

const input = { data: process.stdout, notes: process.stderr, interactive: false };
