import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../catalog/load';
import type { Finding } from '../findings';
import { type GeneratedFile, generateEventModule } from './event-module';

/** The TypeScript files of a catalog: the same input gives the same text, formatted as Biome would. */
export const generateCatalog = (catalog: Catalog): readonly GeneratedFile[] =>
  catalog.entries.map(generateEventModule);

/** One finding for every generated file that is missing or differs from what its sources say. */
export const staleFindings = (catalog: Catalog): readonly Finding[] =>
  generateCatalog(catalog).flatMap(({ path, content }) => {
    const full = join(catalog.folder, path);
    const reason = !existsSync(full)
      ? 'the generated file is missing'
      : readFileSync(full, 'utf8') === content
        ? undefined
        : 'the generated file differs from what its sources say';
    if (reason === undefined) return [];
    return [
      { severity: 'error', file: path, jsonPath: '$', reason, whatToDo: 'Run `baton schema generate`.' },
    ];
  });
