import { stringify } from 'yaml';
import type { Streams } from './streams';
import type { Style } from './style';

/** How data is written: for people, or for machines. */
export const outputFormats = ['table', 'json', 'jsonl', 'yaml'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** Something that can be written either way. */
export interface Printable {
  readonly document: object;
  text(style: Style): string;
}

/** Writes the data of one command to standard output, in the format that was asked for. */
export interface DataWriter {
  /** One of many: a line of text or of JSON. `held` in formats of one document, which has to hold them at the end. */
  line(item: Printable): 'written' | 'held';
  /** The document at the end; `streamed` says that its lines are written already. */
  end(outcome: Printable, options: { readonly streamed: boolean }): void;
}

/** Makes the writer of one command. */
export const createDataWriter = (
  format: OutputFormat,
  { data }: Pick<Streams, 'data'>,
  style: Style,
): DataWriter => {
  const write = (text: string): void => {
    if (text !== '') data(text.endsWith('\n') ? text : `${text}\n`);
  };
  return {
    line: ({ document, text }) => {
      if (format === 'table') write(text(style));
      if (format === 'jsonl') write(JSON.stringify(document));
      return format === 'table' || format === 'jsonl' ? 'written' : 'held';
    },
    end: ({ document, text }, { streamed }) => {
      if (format === 'table') write(text(style));
      if (format === 'json') write(JSON.stringify(document, undefined, 2));
      if (format === 'yaml') write(stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 }));
      if (format === 'jsonl' && !streamed) write(JSON.stringify(document));
    },
  };
};
