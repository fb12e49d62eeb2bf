import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scaffoldVersion } from '@baton/contracts';
import { z } from 'zod';
import { chosenEntry, schemasFolder } from './catalog-input';
import { defineCommand } from './command';
import { list, schemaVersion, versionNumber } from './document-parts';
import { eventTypeInput } from './inputs';
import { writeFiles, writtenFile } from './write-files';

const output = z.strictObject({
  schemaVersion,
  folder: z.string(),
  eventType: z.string(),
  version: versionNumber,
  files: list(writtenFile),
});

/** `baton schema new-version` */
export const schemaNewVersion = defineCommand({
  path: ['schema', 'new-version'],
  summary:
    'Begin the next version of an event type: schema, example and translations as copies of the newest',
  arguments: [{ syntax: '<type>', describes: 'the event type' }],
  examples: ['baton schema new-version lending.BooksBorrowed'],
  input: z.object({ type: eventTypeInput }),
  output,
  run: async ({ type }, context) => {
    const folder = schemasFolder(context);
    const entry = chosenEntry(context, type);
    const version = Math.max(...entry.versions.map((one) => one.version)) + 1;
    const files = writeFiles(folder, scaffoldVersion(entry, readerOf(join(folder, type))));
    return {
      document: { schemaVersion: 1, folder, eventType: type, version, files },
      exit: 'ok',
      next: `edit ${type}/v${version}.avsc, its example and downcast.ts, then: baton schema generate`,
    };
  },
  render: ({ files }, style) =>
    style.table(
      ['FILE', ''],
      files.map(({ path, outcome }) => [path, outcome]),
    ),
});

const readerOf =
  (folder: string) =>
  (name: string): string | undefined => {
    const file = join(folder, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };
