import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { referencePage } from '../reference/markdown';
import { type Command, type CommandDocument, defineCommand } from './command';

interface DocsDocument extends CommandDocument {
  readonly file: string | null;
  readonly markdown: string;
}

/** `baton docs`: the reference page of the commands it is given. */
export const docs = (commands: () => readonly Command[]): Command =>
  defineCommand<{ file?: string | undefined }, DocsDocument>({
    path: ['docs'],
    summary: 'Write the reference page of this command line',
    hidden: true,
    arguments: [{ syntax: '[file]', describes: 'where to write it; standard output otherwise' }],
    examples: ['baton docs docs/reference/cli.md'],
    input: z.object({ file: z.string().optional() }),
    run: async ({ file }, { cwd }) => {
      const markdown = referencePage(commands());
      if (file !== undefined) writeFileSync(resolve(cwd, file), markdown);
      return { document: { schemaVersion: 1, file: file ?? null, markdown }, exit: 'ok' };
    },
    render: ({ file, markdown }) => (file === null ? markdown : `wrote ${file}`),
  });
