import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { commands } from '../commands';

const folder = join(__dirname, '..', '..', '..', '..', 'docs', 'reference', 'output');
const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });

/** What a run wrote that was asked for JSON: throws unless it is what the published schema of the command says. */
export const assertPublishedShape = (
  argv: readonly string[],
  { data, notes, exit }: { data: string; notes: string; exit: number | null },
): void => {
  const format = formatOf(argv);
  const command = commands.find(({ path }) => path.every((word, i) => argv.filter(isWord)[i] === word));
  if (format === undefined || command === undefined || command.hidden === true) return;
  const name = command.path.join('-');
  if (format === 'json' && data !== '') assertFits(name, JSON.parse(data));
  if (format === 'jsonl') {
    for (const line of data.split('\n').filter((text) => text !== '')) {
      assertFits(command.lines === undefined ? name : `${name}-line`, JSON.parse(line));
    }
  }
  if (data === '' && exit !== 0 && exit !== 64 && exit !== 130) {
    assertFits('error', JSON.parse(notes.trimEnd().split('\n').at(-1) ?? ''));
  }
};

const isWord = (argument: string): boolean => /^[a-z-]+$/.test(argument) && !argument.startsWith('-');

const formatOf = (argv: readonly string[]): string | undefined => {
  const at = argv.findIndex((argument) => argument === '-o' || argument === '--output');
  return at < 0 ? undefined : argv[at + 1];
};

const assertFits = (name: string, document: unknown): void => {
  const file = `${name}.schema.json`;
  const validate = ajv.getSchema(file) ?? ajv.addSchema(schemaIn(file), file).getSchema(file);
  if (validate?.(document) !== true) {
    throw new Error(
      `Expected a document that fits ${file}: ${JSON.stringify(validate?.errors, undefined, 2)}`,
    );
  }
};

const schemaIn = (file: string): object => JSON.parse(readFileSync(join(folder, file), 'utf8'));
