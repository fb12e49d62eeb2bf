import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInMemoryRegistry } from '@baton/contracts';
import { thingV1, writeThing } from '../test-support/contracts';
import { runInProcess } from '../test-support/world';

const url = ['--registry', 'http://127.0.0.1:1'];

describe('the schema commands', () => {
  let folder: string;
  let registry: ReturnType<typeof createInMemoryRegistry>;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'baton-schema-'));
    registry = createInMemoryRegistry();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const schemas = () => join(folder, 'schemas');
  const baton = (...argv: readonly string[]) =>
    runInProcess([...argv, ...url], { cwd: folder, createRegistry: () => registry });
  const json = async (...argv: readonly string[]) => {
    const { exit, data } = await baton(...argv, '-o', 'json');
    return { exit, document: JSON.parse(data) };
  };

  test('a new event type is complete: it can be checked, generated and registered as it is', async () => {
    const { exit, document } = await json('schema', 'new', 'shop.OrderPlaced', '--owner', 'shop');
    expect(exit).toBe(0);
    expect(document.files).toEqual([
      { path: 'shop.OrderPlaced/event.yaml', outcome: 'created' },
      { path: 'shop.OrderPlaced/v1.avsc', outcome: 'created' },
      { path: 'shop.OrderPlaced/examples/v1.json', outcome: 'created' },
      { path: 'shop.OrderPlaced/generated.ts', outcome: 'created' },
    ]);
    expect((await baton('schema', 'generate', '--check')).exit).toBe(0);
    expect((await baton('schema', 'check')).exit).toBe(0);
    expect((await json('schema', 'register')).document.schemas).toMatchObject([
      { subject: 'shop.OrderPlaced.v1-value', outcome: 'registered' },
    ]);
  });

  test('a new event type does not write over one that is there', async () => {
    await baton('schema', 'new', 'shop.OrderPlaced');
    const before = readFileSync(join(schemas(), 'shop.OrderPlaced', 'event.yaml'), 'utf8');
    const { exit, notes } = await baton('schema', 'new', 'shop.OrderPlaced', '--kind', 'command');
    expect(exit).toBe(64);
    expect(notes).toMatch(/Nothing was written/);
    expect(readFileSync(join(schemas(), 'shop.OrderPlaced', 'event.yaml'), 'utf8')).toBe(before);
  });

  test.each([
    [['schema', 'new', 'OrderPlaced'], /type: Expected an event type such as/],
    [['schema', 'new', 'shop.OrderPlaced', '--kind', 'fact'], /kind: /],
    [['schema', 'check', '--against', 'yesterday'], /against: Expected registry, or git:/],
    [['schema', 'diff', 'test.Thing', '1', 'two'], /to: Expected a version such as 2, got "two"/],
    [['schema', 'diff', 'test.Thing', '1', '7'], /expected one of its versions 1, 2, got 7/],
  ])('%j is wrong usage: 64', async (argv, message) => {
    writeThing(schemas(), 'test.Thing');
    const { exit, data, notes } = await baton(...argv);
    expect({ exit, data }).toEqual({ exit: 64, data: '' });
    expect(notes).toMatch(message);
  });

  test('a new version copies schema and example, and begins both translations', async () => {
    await baton('schema', 'new', 'shop.OrderPlaced');
    const { document } = await json('schema', 'new-version', 'shop.OrderPlaced');
    expect(document).toMatchObject({ eventType: 'shop.OrderPlaced', version: 2 });
    for (const file of ['v2.avsc', 'examples/v2.json', 'downcast.ts', 'upcast.ts']) {
      expect(existsSync(join(schemas(), 'shop.OrderPlaced', file))).toBe(true);
    }
    expect((await baton('schema', 'generate', '--check')).exit).toBe(0);
    expect((await baton('schema', 'diff', 'shop.OrderPlaced', '1', '2')).data).toBe(
      'shop.OrderPlaced v1 and v2 are the same.\n',
    );
  });

  test('a comparison shows each field and what subscribers of the older version lose', async () => {
    writeThing(schemas(), 'test.Thing');
    const { exit, document } = await json('schema', 'diff', 'test.Thing', '1', 'v2');
    expect(exit).toBe(0);
    expect(document).toMatchObject({
      schemaVersion: 1,
      changes: [{ kind: 'removed', path: 'changedBy', from: 'string' }],
      losses: [{ path: 'changedBy' }],
    });
  });

  test('schemas are registered once, each version as a subject of its own', async () => {
    writeThing(schemas(), 'test.Thing');
    const outcomes = async () =>
      (await json('schema', 'register')).document.schemas.map(
        ({ subject, outcome }: { subject: string; outcome: string }) => `${subject} ${outcome}`,
      );
    expect(await outcomes()).toEqual(['test.Thing.v1-value registered', 'test.Thing.v2-value registered']);
    expect(await outcomes()).toEqual(['test.Thing.v1-value kept', 'test.Thing.v2-value kept']);
  });

  test('generating with --check writes nothing and fails while files are out of date', async () => {
    writeThing(schemas(), 'test.Thing');
    const generated = join(schemas(), 'test.Thing', 'generated.ts');
    expect((await baton('schema', 'generate', '--check')).exit).toBe(1);
    expect(existsSync(generated)).toBe(false);
    expect((await baton('schema', 'generate')).exit).toBe(0);
    expect(existsSync(generated)).toBe(true);
    expect((await baton('schema', 'generate', '--check')).exit).toBe(0);
  });

  test('an incompatible change ends with 100 and says where, why and what to do', async () => {
    writeThing(schemas(), 'test.Thing');
    await baton('schema', 'register');
    writeThing(schemas(), 'test.Thing', { v1: [...thingV1, { name: 'added', type: 'string' }] });
    const { exit, data } = await baton('schema', 'check');
    expect(exit).toBe(100);
    expect(data).toMatch(
      /^error test\.Thing\/v1\.avsc \$\.fields\[3\]\n {2}.*"added" has no default.*\n {2}→ Give/,
    );
  });

  test('a stale example hides no incompatible change: both are shown, and it ends with 100', async () => {
    writeThing(schemas(), 'test.Thing');
    await baton('schema', 'register');
    writeThing(schemas(), 'test.Thing', { v1: [...thingV1, { name: 'added', type: 'string' }] });
    writeFileSync(join(schemas(), 'test.Thing', 'examples', 'v1.json'), '{}');
    const { exit, document } = await json('schema', 'check', 'test.Thing');
    expect(exit).toBe(100);
    expect(document.checked).toEqual([{ eventType: 'test.Thing', versions: [1, 2] }]);
    const files = document.findings.map(({ file }: { file: string }) => file);
    expect(files).toContain('test.Thing/examples/v1.json');
    expect(files.at(-1)).toBe('test.Thing/v1.avsc');
    expect(document.findings.at(-1).reason).toContain('"added" has no default');
  });

  test('files that cannot be read end with 1, and with every problem', async () => {
    writeThing(schemas(), 'test.Thing');
    writeFileSync(join(schemas(), 'test.Thing', 'v1.avsc'), '{');
    rmSync(join(schemas(), 'test.Thing', 'examples', 'v2.json'));
    const { exit, document } = await json('schema', 'check');
    expect(exit).toBe(1);
    expect(document.findings.map(({ file }: { file: string }) => file)).toEqual([
      'test.Thing/v1.avsc',
      'test.Thing/examples/v2.json',
    ]);
  });
});
