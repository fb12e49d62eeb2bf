import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { resolveSettings } from './resolve';

describe('settings', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'baton-settings-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, text: string): string => {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  const stack = () =>
    write('.baton/stacks/default.json', '{"brokers":["stack:1"],"registry":"http://stack:2/apis","pid":3}');

  test('a flag wins over everything', () => {
    write('baton.yaml', 'brokers: file:1\n');
    const settings = resolveSettings({
      flags: { brokers: 'flag:1, flag:2' },
      env: { KAFKA_BROKERS: 'env:1' },
      cwd: folder,
    });
    expect(settings.brokers).toEqual({ value: ['flag:1', 'flag:2'], origin: 'flag --brokers' });
  });

  test('a secret in an argument is refused, and not repeated', () => {
    const given = (registry: string) => () => resolveSettings({ flags: { registry }, env: {}, cwd: folder });
    for (const url of ['https://me:canary@registry', 'https://me:can/canary@registry', 'me:canary@registry'])
      expect(given(url)).toThrow(
        expect.objectContaining({
          code: 'invalid-configuration',
          message: expect.stringMatching(/^(?!.*canary).*SCHEMA_REGISTRY_PASSWORD_FILE/),
        }),
      );
  });

  test('the environment wins over the project file', () => {
    write('baton.yaml', 'controlTopic: file.control\n');
    const settings = resolveSettings({ flags: {}, env: { CONTROL_TOPIC: 'env.control' }, cwd: folder });
    expect(settings.controlTopic).toEqual({ value: 'env.control', origin: 'environment CONTROL_TOPIC' });
  });

  test('the project file wins over a running stack, whose other address still counts', () => {
    const project = write('baton.yaml', 'brokers: [file:1]\n');
    const state = stack();
    const { brokers, registry } = resolveSettings({ flags: {}, env: {}, cwd: folder });
    expect(brokers).toEqual({ value: ['file:1'], origin: project });
    expect(registry).toEqual({ value: 'http://stack:2/apis', origin: state });
  });

  test('files are found from a folder below them', () => {
    const state = stack();
    write('schemas/lending.BooksBorrowed/event.yaml', '');
    write('deep/er/x', '');
    const settings = resolveSettings({ flags: {}, env: {}, cwd: join(folder, 'deep', 'er') });
    expect(settings.brokers).toEqual({ value: ['stack:1'], origin: state });
    expect(settings.schemas.value).toBe(join(folder, 'schemas'));
  });

  test('a folder named schemas without an event type is passed over', () => {
    write('schemas/readme.txt', '');
    expect(resolveSettings({ flags: {}, env: {}, cwd: folder }).schemas.value).not.toBe(
      join(folder, 'schemas'),
    );
  });

  test('the folder of schemas in a project file is meant from that file on', () => {
    write('baton.yaml', 'schemas: contracts\n');
    write('below/x', '');
    const { schemas } = resolveSettings({ flags: {}, env: {}, cwd: join(folder, 'below') });
    expect(schemas.value).toBe(join(folder, 'contracts'));
  });

  test('an empty variable counts as not set', () => {
    write('baton.yaml', 'brokers: file:1\n');
    const { brokers } = resolveSettings({ flags: {}, env: { KAFKA_BROKERS: '' }, cwd: folder });
    expect(brokers.value).toEqual(['file:1']);
  });

  test('topics of the control log have names by default', () => {
    const { controlTopic, presenceTopic } = resolveSettings({ flags: {}, env: {}, cwd: folder });
    expect(controlTopic).toEqual({ value: 'baton.control', origin: 'default' });
    expect(presenceTopic).toEqual({ value: 'baton.presence', origin: 'default' });
  });

  test.each([
    [{ brokers: 'nowhere' }, /host:port.*"nowhere"/],
    [{ registry: 'localhost:8081' }, /base URL.*"localhost:8081"/],
  ])('an address that cannot be one is refused: %j', (flags, message) => {
    expect(() => resolveSettings({ flags, env: {}, cwd: folder })).toThrow(
      expect.objectContaining({ code: 'invalid-configuration', message: expect.stringMatching(message) }),
    );
  });

  test('an unknown key in the project file is named', () => {
    write('baton.yaml', 'broker: file:1\n');
    expect(() => resolveSettings({ flags: {}, env: {}, cwd: folder })).toThrow(/baton\.yaml.*"broker"/s);
  });
});
