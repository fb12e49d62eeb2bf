import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorDocument } from './output/error-text';
import type { Surroundings } from './run';
import { writeThing } from './test-support/contracts';
import { runInProcess } from './test-support/world';

describe('the baton command', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'baton-run-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (argv: readonly string[], world: Partial<Surroundings> = {}) =>
    runInProcess(argv, { cwd: folder, ...world });

  test('help goes to standard output and ends with 0', async () => {
    const { exit, data, notes } = await run(['--help']);
    expect({ exit, notes }).toEqual({ exit: 0, notes: '' });
    expect(data).toMatch(
      /Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 .*\n {2}64 .*\n {2}100 .*\n {2}130 /,
    );
  });

  test('the version is that of the package', async () => {
    expect(await run(['--version'])).toEqual({ exit: 0, data: '1.2.3\n', notes: '' });
  });

  test.each([
    [['statsu'], /unknown command 'statsu'\n\(Did you mean status\?\)/],
    [['config', 'shwo'], /Did you mean show\?/],
    [['config', 'show', '--nothing'], /unknown option '--nothing'/],
    [['config', 'show', '-o', 'xml'], /'xml' is invalid.*table, json, jsonl, yaml/],
    [['config'], /Usage: baton config/],
    [[], /Usage: baton/],
  ])('%j is wrong usage: 64, explained on standard error', async (argv, message) => {
    const { exit, data, notes } = await run(argv);
    expect({ exit, data }).toEqual({ exit: 64, data: '' });
    expect(notes).toMatch(message);
  });

  test.each([
    [['status', '-o', 'json', '--nope'], "unknown option '--nope'"],
    [['status', '--nope', '--output=jsonl'], "unknown option '--nope'"],
    [['schema', 'new', '-o', 'json'], "missing required argument 'type'"],
    [['-o', 'json', 'statsu'], "unknown command 'statsu'\n(Did you mean status?)"],
    [['config', '-o', 'json'], 'Expected a command. Usage: baton config [options] [command]'],
  ])('%j is wrong usage, explained to machines as any other error', async (argv, message) => {
    const { exit, data, notes } = await run(argv);
    expect({ exit, data }).toEqual({ exit: 64, data: '' });
    const error = { code: 'invalid-argument', message, details: {} };
    expect(errorDocument.parse(JSON.parse(notes))).toEqual({ schemaVersion: 1, error });
  });

  test('a document is the only thing on standard output, wherever -o json stands', async () => {
    writeThing(join(folder, 'schemas'), 'test.Thing');
    for (const argv of [
      ['-o', 'json', 'schema', 'generate'],
      ['schema', 'generate', '-o', 'json'],
    ]) {
      const { exit, data, notes } = await run(argv);
      expect(exit).toBe(0);
      expect(JSON.parse(data)).toMatchObject({ schemaVersion: 1 });
      expect(notes).toBe('next: baton schema check\n');
    }
  });

  test('colours are for terminals, unless somebody wants none', async () => {
    writeThing(join(folder, 'schemas'), 'test.Thing');
    const terminal = { data: true, notes: true };
    const colour = String.fromCharCode(27);
    const argv = ['config', 'show'];
    expect((await run(argv, { terminal })).data).toContain(colour);
    expect((await run(argv)).data).not.toContain(colour);
    expect((await run([...argv, '--no-color'], { terminal })).data).not.toContain(colour);
    expect((await run(argv, { terminal, env: { NO_COLOR: '1' } })).data).not.toContain(colour);
  });

  test('an unknown event type suggests the one that was probably meant', async () => {
    writeThing(join(folder, 'schemas'), 'test.Thing');
    const { exit, notes } = await run([
      'schema',
      'register',
      'test.Thign',
      '--registry',
      'http://127.0.0.1:1',
    ]);
    expect(exit).toBe(64);
    expect(notes).toMatch(
      /^error \[invalid-argument\] There is no event type "test\.Thign" .*Did you mean test\.Thing\?\n$/,
    );
  });

  test('an address that nobody gave is asked for', async () => {
    writeThing(join(folder, 'schemas'), 'test.Thing');
    const { exit, notes } = await run(['schema', 'register']);
    expect(exit).toBe(64);
    expect(notes).toMatch(/\[invalid-configuration\].*--registry.*SCHEMA_REGISTRY_URL/);
  });

  test('a folder of schemas that nobody has is asked for', async () => {
    const { exit, notes } = await run(['schema', 'generate', '--schemas', 'nowhere']);
    expect(exit).toBe(1);
    expect(notes).toMatch(/no such folder/);
  });

  test('an interrupted command ends with 130 and closes its connections', async () => {
    const interrupt = new AbortController();
    interrupt.abort();
    expect((await run(['config', 'show'], { interrupted: interrupt.signal })).exit).toBe(130);
  });

  test('an unexpected error shows no stack unless asked', async () => {
    writeThing(join(folder, 'schemas'), 'test.Thing');
    const broken: Partial<Surroundings> = {
      createRegistry: () => {
        throw new TypeError('x is not a function');
      },
    };
    const argv = ['schema', 'register', '--registry', 'http://127.0.0.1:1'];
    expect((await run(argv, broken)).notes).not.toMatch(/ {4}at /);
    const debug = await run([...argv, '--debug'], broken);
    expect(debug.exit).toBe(1);
    expect(debug.notes).toMatch(/ {4}at /);
  });
});
