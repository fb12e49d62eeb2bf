import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { createRandom } from '../../test-support/random';
import { randomData } from '../../test-support/random-data';
import { randomSchema } from '../../test-support/random-schema';
import type { CatalogEntry } from '../catalog/entry';
import { schemaFromJson } from '../parse-schema';
import { generateEventModule } from './event-module';

const root = join(__dirname, '../../../..');
const folder = mkdtempSync(join(tmpdir(), 'baton-generated-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An event type with two versions of random schemas. */
const entryFor = (seed: number): CatalogEntry => {
  const random = createRandom(seed);
  const versions = [1, 2].map((version) => {
    const json = randomSchema(random, { logicalTypes: true });
    return { version, path: `v${version}.avsc`, json, schema: schemaFromJson(json), example: {} };
  });
  return {
    name: `test.Case${seed}`,
    kind: 'event',
    owner: 'test',
    description: `Case ${seed}.`,
    partitions: 1,
    retentionMs: -1,
    versions,
    groups: [],
    hasUpcasts: false,
  };
};

/** A TypeScript expression for a value, so that the compiler holds it against the generated type. */
const expression = (value: unknown): string => {
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (Buffer.isBuffer(value)) return `Buffer.from('${value.toString('hex')}', 'hex')`;
  if (Array.isArray(value)) return `[${value.map(expression).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${expression(item)}`);
  return `{ ${entries.join(', ')} }`;
};

const write = (path: string, content: string): string => {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
};

const strictest: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noUnusedLocals: true,
  noImplicitReturns: true,
  isolatedModules: true,
  isolatedDeclarations: false,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node20,
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
  paths: { '@baton/core': [join(root, 'libs/core/src/index.ts')] },
};

describe('generated types', () => {
  const entries = Array.from({ length: 16 }, (_, seed) => entryFor(seed));
  const modules = entries.map((entry) => {
    const { path, content } = generateEventModule(entry);
    const name = entry.name.slice('test.'.length);
    write(
      `${entry.name}/downcast.ts`,
      `import type { ${name}Downcasts } from './generated';\nexport declare const downcasts: ${name}Downcasts;\n`,
    );
    const random = createRandom(Number(name.slice('Case'.length)));
    const values = entry.versions.flatMap(({ version, schema }) =>
      [1, 2, 3].map((round) => {
        const value = expression(randomData(schema, random));
        return `export const v${version}_${round}: ${name}V${version} = ${value};`;
      }),
    );
    write(
      `${entry.name}/values.ts`,
      `import type { ${name}V1, ${name}V2 } from './generated';\n${values.join('\n')}\n`,
    );
    return { generated: write(path, content), values: join(folder, entry.name, 'values.ts') };
  });

  it('compile under the strictest flags, and describe the values that the codec reads and writes', () => {
    const program = ts.createProgram(
      modules.flatMap(({ generated, values }) => [generated, values]),
      strictest,
    );
    const errors = ts
      .getPreEmitDiagnostics(program)
      .map((found) => `${found.file?.fileName}: ${ts.flattenDiagnosticMessageText(found.messageText, '\n')}`);
    expect(errors).toEqual([]);
  }, 60_000);

  it('are laid out as the formatter would', () => {
    write(
      'biome.json',
      JSON.stringify({
        formatter: { indentStyle: 'space', lineWidth: 110 },
        javascript: { formatter: { quoteStyle: 'single' } },
        linter: { enabled: false },
        assist: { enabled: false },
      }),
    );
    const files = modules.map(({ generated }) => generated);
    const run = () =>
      execFileSync(
        join(root, 'node_modules/.bin/biome'),
        ['format', '--colors=off', `--config-path=${folder}`, ...files],
        {
          cwd: folder,
          encoding: 'utf8',
          stdio: 'pipe',
        },
      );
    expect(run).not.toThrow();
  }, 60_000);

  it('are the same text every time', () => {
    expect(entries.map(generateEventModule)).toEqual(entries.map(generateEventModule));
  });
});
