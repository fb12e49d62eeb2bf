import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { referencePage } from '../reference/markdown';
import { outputSchemas } from '../reference/output-schemas';
import { type Command, defineCommand } from './command';
import { list, schemaVersion } from './document-parts';

const output = z.strictObject({ schemaVersion, files: list(z.string()), markdown: z.string() });

/** `baton docs`: the reference page of the commands it is given, and the schemas of their output. */
export const docs = (commands: () => readonly Command[]): Command =>
  defineCommand({
    path: ['docs'],
    summary: 'Write the reference page of this command line, and the schemas of its output',
    hidden: true,
    arguments: [
      {
        syntax: '[folder]',
        describes: 'where to write cli.md and output/; the page on standard output otherwise',
      },
    ],
    examples: ['baton docs docs/reference'],
    input: z.object({ folder: z.string().optional() }),
    output,
    run: async ({ folder }, { cwd }) => {
      const markdown = referencePage(commands());
      const files = folder === undefined ? [] : writeReference(resolve(cwd, folder), markdown, commands());
      return { document: { schemaVersion: 1, files, markdown }, exit: 'ok' };
    },
    render: ({ files, markdown }) =>
      files.length === 0 ? markdown : files.map((file) => `wrote ${file}`).join('\n'),
  });

const writeReference = (
  folder: string,
  markdown: string,
  commands: readonly Command[],
): readonly string[] => {
  const page = join(folder, 'cli.md');
  const schemas = join(folder, 'output');
  mkdirSync(schemas, { recursive: true });
  writeFileSync(page, markdown);
  for (const old of readdirSync(schemas).filter((name) => name.endsWith('.schema.json'))) {
    rmSync(join(schemas, old));
  }
  return [
    page,
    ...outputSchemas(commands).map(({ name, content }) => {
      writeFileSync(join(schemas, name), content);
      return join(schemas, name);
    }),
  ];
};
