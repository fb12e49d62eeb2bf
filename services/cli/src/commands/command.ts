import { BatonError } from '@baton/core';
import type { z } from 'zod';
import type { Context } from '../context';
import type { Exit } from '../exit-codes';
import type { Printable } from '../output/data-writer';
import type { Style } from '../output/style';

/** What a command reports: the document printed by `-o json`, and rendered for people otherwise. */
export interface CommandDocument {
  readonly schemaVersion: 1;
}

/** How a command ended, with its document and the next sensible command. */
export interface Outcome<Document extends CommandDocument> {
  readonly document: Document;
  readonly exit: Exit;
  /** A sentence or command for standard error. */
  readonly next?: string;
}

export interface ArgumentSpec {
  readonly choices?: readonly string[];
  /** As commander reads it: `<type>` is required, `[type]` is not. */
  readonly syntax: string;
  readonly describes: string;
}

export interface OptionSpec {
  /** As commander reads it: `--group <name>`. */
  readonly flags: string;
  readonly describes: string;
  readonly required?: boolean;
}

/** One command as data: the program, its help, the reference page and the schemas of its output are made from it. */
export interface CommandSpec<Input, Document extends CommandDocument> {
  /** The words that call it: `['schema', 'check']`. */
  readonly path: readonly [string, ...string[]];
  readonly summary: string;
  /** Paragraphs for help and reference. */
  readonly details?: readonly string[];
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /** How it can end, besides `ok`, `failure`, `usage` and `interrupted`. */
  readonly exits?: readonly Exit[];
  readonly examples: readonly string[];
  readonly hidden?: boolean;
  /** When the user interrupts: `stop` ends it at once; `finish` lets it end by itself, which it does soon. */
  readonly whenInterrupted?: 'stop' | 'finish';
  /** Reads arguments and options, by their camel-case names. */
  readonly input: z.ZodType<Input>;
  /** The shape of its document. */
  readonly output: z.ZodType<Document>;
  /** The shape of a line, of commands that write lines as they come. */
  readonly lines?: z.ZodType<CommandDocument>;
  run(input: Input, context: Context): Promise<Outcome<Document>>;
  render(document: Document, style: Style): string;
}

/** The end of a command, ready to be printed either way. */
export interface Finished extends Outcome<CommandDocument>, Printable {
  readonly document: CommandDocument;
}

/** A command whose types of input and document are sealed inside. */
export interface Command
  extends Omit<CommandSpec<unknown, CommandDocument>, 'input' | 'output' | 'run' | 'render'> {
  readonly output: z.ZodType<CommandDocument>;
  execute(raw: Readonly<Record<string, unknown>>, context: Context): Promise<Finished>;
}

/** Makes a command of its specification. */
export const defineCommand = <Input, Document extends CommandDocument>(
  spec: CommandSpec<Input, Document>,
): Command => {
  const { input, run, render, ...described } = spec;
  return {
    ...described,
    async execute(raw, context) {
      const outcome = await run(readInput(input, raw, spec.path), context);
      return { ...outcome, text: (style) => render(outcome.document, style) };
    },
  };
};

const readInput = <Input>(schema: z.ZodType<Input>, raw: unknown, path: readonly string[]): Input => {
  const read = schema.safeParse(raw);
  if (read.success) return read.data;
  throw new BatonError(
    'invalid-argument',
    `${read.error.issues.map(problem).join('\n')}\nSee: baton ${path.join(' ')} --help`,
  );
};

const problem = ({ path, message }: z.core.$ZodIssue): string =>
  path.length === 0 ? message : `${path.join('.')}: ${message}`;
