import type { Command } from '../commands/command';
import { errorDocument } from '../output/error-text';
import { jsonSchemaOf } from '../output/json-schema';

/** A file with the JSON Schema of one output document. */
export interface SchemaFile {
  readonly name: string;
  readonly content: string;
}

/** The name of the file that describes what a command writes; `line` for its single lines. */
export const schemaFileOf = (
  { path }: Pick<Command, 'path'>,
  what: 'document' | 'line' = 'document',
): string => `${path.join('-')}${what === 'line' ? '-line' : ''}.schema.json`;

/** The JSON Schemas of everything that the commands write, and of errors. */
export const outputSchemas = (commands: readonly Command[]): readonly SchemaFile[] => [
  ...commands.filter(({ hidden }) => hidden !== true).flatMap(filesOf),
  fileOf('error.schema.json', 'What standard error says when a command fails with -o json', errorDocument),
];

const filesOf = (command: Command): readonly SchemaFile[] => {
  const call = `baton ${command.path.join(' ')}`;
  return [
    fileOf(schemaFileOf(command), `What ${call} -o json says`, command.output),
    ...(command.lines === undefined
      ? []
      : [fileOf(schemaFileOf(command, 'line'), `A line of ${call} -o jsonl`, command.lines)]),
  ];
};

const fileOf = (
  name: string,
  title: string,
  shape: Command['output'] | typeof errorDocument,
): SchemaFile => ({
  name,
  content: formatted(jsonSchemaOf(title, shape)),
});

const lineWidth = 110;

/** As the formatter of this repository writes JSON: short lists of words on one line. */
const formatted = (value: object): string =>
  `${JSON.stringify(value, undefined, 2).replace(
    /^( *(?:"[^"\n]*": )?)\[\n([^[\]{}]*?)\n *\](,?)$/gm,
    (whole, start: string, items: string, end: string) => {
      const line = `${start}[${items
        .split('\n')
        .map((item) => item.trim())
        .join(' ')}]${end}`;
      return line.length <= lineWidth ? line : whole;
    },
  )}\n`;
