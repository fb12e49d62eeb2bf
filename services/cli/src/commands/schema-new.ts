import { resolve } from 'node:path';
import { scaffoldEventType } from '@baton/contracts';
import type { EventKind } from '@baton/core';
import { z } from 'zod';
import { type CommandDocument, defineCommand } from './command';
import { eventTypeInput } from './inputs';
import { refuseExisting, type WrittenFile, writeFiles } from './write-files';

interface NewDocument extends CommandDocument {
  readonly folder: string;
  readonly files: readonly WrittenFile[];
}

interface NewInput {
  readonly type: string;
  readonly kind: EventKind;
  readonly owner: string;
}

/** `baton schema new` */
export const schemaNew = defineCommand<NewInput, NewDocument>({
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
    kind: z.enum(['event', 'command']).default('event'),
    owner: z.string().min(1).default('unknown'),
  }),
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
