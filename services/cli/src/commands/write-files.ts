import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { GeneratedFile } from '@baton/contracts';
import { BatonError } from '@baton/core';
import { z } from 'zod';

/** What became of a file: made, or changed. */
export const writtenFile = z.strictObject({ path: z.string(), outcome: z.enum(['created', 'changed']) });
export type WrittenFile = z.infer<typeof writtenFile>;

/** Writes files below `folder`. */
export const writeFiles = (folder: string, files: readonly GeneratedFile[]): readonly WrittenFile[] =>
  files.map(({ path, content }) => {
    const full = join(folder, path);
    const outcome = existsSync(full) ? 'changed' : 'created';
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    return { path, outcome };
  });

/** Throws `invalid-argument` if something of that name is there already. */
export const refuseExisting = (folder: string, path: string): void => {
  if (!existsSync(join(folder, path))) return;
  throw new BatonError(
    'invalid-argument',
    `Expected no ${path} in ${folder}, but there is one. Nothing was written.`,
  );
};
