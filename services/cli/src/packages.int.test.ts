import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKafkaPorts } from '@baton/kafka';
import { silentLogger } from '@baton/messaging';
import { pageText, stepsOf } from './test-support/packages-page';
import { runScript } from './test-support/packages-process';
import { createReader, type Reader } from './test-support/packages-reader';

jest.setTimeout(180_000);

const root = join(__dirname, '..', '..', '..');
const suffix = randomUUID().slice(0, 8);
const eventType = `shop-${suffix}.OrderPlaced`;
const controlTopic = `test.control.${suffix}`;
const presenceTopic = `test.presence.${suffix}`;
const env = {
  ...process.env,
  CONTROL_TOPIC: controlTopic,
  PRESENCE_TOPIC: presenceTopic,
  npm_config_prefer_offline: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
};

describe('a repository outside the workspace', () => {
  let folder: string;
  let shop: string;
  let reader: Reader;
  let failed = false;

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'baton-packages-')));
    shop = join(folder, 'shop');
    reader = createReader({ checkout: root, shop, suffix, env });
  });

  afterAll(async () => {
    await reader.leave();
    rmSync(folder, { recursive: true });
    await Promise.all([removeTopics(), ...[1, 2].map(removeSubject)]);
  });

  const steps = stepsOf(pageText()).map((step) => ({ step, name: 'path' in step ? step.path : '' }));

  test.each(steps)('does what the tutorial says: $step.kind $name', async ({ step }) => {
    if (failed) throw new Error('An earlier step failed.');
    failed = true;
    await reader.take(step);
    failed = false;
  });

  test('compiles against every package under the strictest flags, declarations included', async () => {
    if (failed) throw new Error('A step of the tutorial failed.');
    const packs = join(shop, 'packs');
    await runScript(`npm pack --silent -w libs/testing --pack-destination ${packs}`, { cwd: root, env });
    await runScript('npm install ./packs/baton-testing-*.tgz', { cwd: shop, env });
    mkdirSync(join(shop, 'every'));
    writeFileSync(
      join(shop, 'every', 'package.ts'),
      packages.map((name) => `export * as ${name.replace('-', '_')} from '@baton/${name}';\n`).join(''),
    );
    const flags = '--strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --skipLibCheck false';
    await runScript(
      `npx tsc --ignoreConfig --noEmit ${flags} --target es2022 --module node20 --types node every/package.ts`,
      { cwd: shop, env },
    );
  });

  test('gets compiled code, declarations and a readme, and nothing else', async () => {
    const printed = await runScript(
      `npm pack --dry-run --json ${packages.map((name) => `-w @baton/${name}`).join(' ')}`,
      { cwd: root, env },
    );
    const packed: { name: string; files: { path: string }[] }[] = Object.values(JSON.parse(printed));
    expect(packed.map(({ name }) => name).sort()).toEqual(packages.map((name) => `@baton/${name}`));
    for (const { files } of packed) {
      const paths = files.map(({ path }) => path);
      expect(paths).toEqual(
        expect.arrayContaining(['README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts']),
      );
      expect(paths.filter((path) => !lean.test(path))).toEqual([]);
    }
  });
});

const libraries = [
  'contracts',
  'control',
  'core',
  'kafka',
  'messaging',
  'postgres',
  'service-kit',
  'testing',
];
const packages = ['cli', ...libraries];
const lean = /^(README\.md|package\.json|bin\/baton\.js|dist\/(?!.*(test|\.int\.)).*\.(js|d\.ts))$/;

const removeTopics = async (): Promise<void> => {
  const ports = createKafkaPorts({
    brokers: (process.env.KAFKA_BROKERS ?? '').split(','),
    clientId: 'packages-test',
    logger: silentLogger,
  });
  await ports.topics.remove([`${eventType}.v1`, `${eventType}.v2`, controlTopic, presenceTopic]);
  await ports.close();
};

const removeSubject = async (version: number): Promise<void> => {
  const url = `${process.env.SCHEMA_REGISTRY_URL}/subjects/${eventType}.v${version}-value`;
  await (await fetch(url, { method: 'DELETE' })).arrayBuffer();
};
