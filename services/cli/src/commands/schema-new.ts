import { resolve } from 'node:path';
import { scaffoldEventType } from '@baton/contracts';
import { z } from 'zod';
import { defineCommand } from './command';
import { list, schemaVersion } from './document-parts';
import { eventTypeInput } from './inputs';
import { refuseExisting, writeFiles, writtenFile } from './write-files';

const output = z.strictObject({ schemaVersion, folder: z.string(), files: list(writtenFile) });

/** `baton schema new` */
export const schemaNew = defineCommand({
  path: ['schema', 'new'],
  summary: 'Begin a new event type: a folder with schema, example and generated types',
  details: ['Without a known folder of schemas it makes a folder "schemas" here.'],
  arguments: [{ syntax: '<type>', describes: 'its name, such as lending.BooksBorrowed' }],
  options: [
    { flags: '--kind <kind>', describes: 'event (default) or command' },
    { flags: '--owner <team>', describes: 'the team that publishes it' },
  ],
  examples: ['baton schema new lending.BooksBorrowed --owner lending'],
  input: z.object({
    type: eventTypeInput,
    kind: z
      .enum(['event', 'command'], { error: ({ input }) => `Expected event or command, got "${input}".` })
      .default('event'),
    owner: z.string().min(1).default('unknown'),
  }),
  output,
  run: async ({ type, kind, owner }, { settings, cwd }) => {
    const folder = settings.schemas.value ?? resolve(cwd, 'schemas');
    refuseExisting(folder, type);
    const files = writeFiles(folder, scaffoldEventType({ name: type, kind, owner }));
    return {
      document: { schemaVersion: 1, folder, files },
      exit: 'ok',
      next: `edit ${type}/v1.avsc and its example, then: baton schema generate`,
    };
  },
  render: ({ files }, style) =>
    style.table(
      ['FILE', ''],
      files.map(({ path, outcome }) => [path, outcome]),
    ),
});
