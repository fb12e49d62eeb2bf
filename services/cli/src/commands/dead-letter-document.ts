import { headerNames } from '@baton/core';
import type { DeadLetter } from '@baton/messaging';
import { z } from 'zod';
import type { Style } from '../output/style';
import { letterId } from './dead-letters-input';
import { instantText, schemaVersion, versionNumber } from './document-parts';

/** One dead letter as a list shows it. */
export const letterRow = z.strictObject({
  schemaVersion,
  letter: z.string().meta({ description: 'partition@offset in the dead-letter topic' }),
  eventType: z.string(),
  version: versionNumber,
  key: z.string().nullable(),
  id: z.string().nullable(),
  createdAt: z.string().nullable(),
  because: z.enum(['failed', 'unreadable', 'follows']),
  code: z.string().nullable(),
  message: z.string().nullable(),
  attempts: z.number().int(),
  replays: z.number().int(),
  laterEvents: z.enum(['follow', 'go-on']),
  parkedAt: instantText,
});
export type LetterRow = z.infer<typeof letterRow>;

/** The row of a letter; it shows nothing of the data. */
export const rowOf = (letter: DeadLetter): LetterRow => {
  const { eventType, version, because, attempts, replays, laterEvents, error } = letter;
  return {
    schemaVersion: 1,
    letter: letterId(letter),
    eventType,
    version,
    key: letter.key ?? null,
    id: headerOf(letter, headerNames.id),
    createdAt: headerOf(letter, headerNames.time),
    because,
    code: error?.code ?? null,
    message: error?.message ?? null,
    attempts,
    replays,
    laterEvents,
    parkedAt: new Date(letter.parkedAt).toISOString(),
  };
};

/** The row as a line for people. */
export const rowText = (row: LetterRow, style: Style): string =>
  [
    style.strong(row.letter),
    style.dim(row.parkedAt),
    `${row.eventType} v${row.version}`,
    row.key ?? '-',
    row.id ?? '-',
    row.because === 'failed' ? style.bad(row.because) : row.because,
    ...(row.code === null ? [] : [`${row.code}: ${firstLine(row.message ?? '')}`]),
  ].join('  ');

/** The headers of a letter's message as text. */
export const headersOf = ({ original }: DeadLetter): Record<string, string> =>
  Object.fromEntries(
    Object.entries(original.headers).flatMap(([name, content]) =>
      content === undefined
        ? []
        : [[name, Array.isArray(content) ? content.map(String).join(', ') : String(content)]],
    ),
  );

const headerOf = (letter: DeadLetter, name: string): string | null => headersOf(letter)[name] ?? null;

const firstLine = (text: string): string => text.split('\n')[0] ?? '';
