import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Catalog, type GeneratedFile, generateCatalog, loadValidCatalog } from '@baton/contracts';
import { z } from 'zod';
import { schemasFolder } from './catalog-input';
import { defineCommand } from './command';
import { list, schemaVersion } from './document-parts';

const output = z.strictObject({
  schemaVersion,
  folder: z.string(),
  files: list(z.strictObject({ path: z.string(), outcome: z.enum(['written', 'unchanged', 'stale']) })),
});

/** `baton schema generate` */
export const schemaGenerate = defineCommand({
  path: ['schema', 'generate'],
  summary: 'Write TypeScript types and event definitions beside the schemas',
  details: ['With --check nothing is written: it fails if a generated file is missing or out of date.'],
  options: [{ flags: '--check', describes: 'write nothing; fail if a file is out of date' }],
  examples: ['baton schema generate', 'baton schema generate --check'],
  input: z.object({ check: z.boolean().default(false) }),
  output,
  run: async ({ check }, context) => {
    const catalog = loadValidCatalog(schemasFolder(context));
    const files = generateCatalog(catalog).map((file) => ({
      path: file.path,
      outcome: settle(catalog, file, check),
    }));
    const stale = files.some(({ outcome }) => outcome === 'stale');
    return {
      document: { schemaVersion: 1, folder: catalog.folder, files },
      exit: stale ? 'failure' : 'ok',
      next: stale ? 'baton schema generate' : 'baton schema check',
    };
  },
  render: ({ files }, style) =>
    style.table(
      ['FILE', ''],
      files.map(({ path, outcome }) => [path, outcome === 'stale' ? style.bad(outcome) : outcome]),
    ),
});

const settle = (
  { folder }: Catalog,
  { path, content }: GeneratedFile,
  check: boolean,
): 'written' | 'unchanged' | 'stale' => {
  const full = join(folder, path);
  if (existsSync(full) && readFileSync(full, 'utf8') === content) return 'unchanged';
  if (check) return 'stale';
  writeFileSync(full, content);
  return 'written';
};
