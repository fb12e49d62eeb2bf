import { BatonError } from '@baton/core';
import { createLetterBox, type DeadLetter, type LetterBox, type LetterFilter } from '@baton/messaging';
import { z } from 'zod';
import type { Context } from '../context';
import type { OptionSpec } from './command';
import { eventTypeInput, groupInput } from './inputs';

/** A letter by its place in the dead-letter topic: partition and offset. */
export const letterInput = z.string().regex(/^\d{1,6}@\d{1,15}$/, {
  error: ({ input }) => `Expected a letter as partition@offset, such as 0@12, got "${input}".`,
});

/** The place of a letter, as it is given to commands. */
export const letterId = ({ partition, offset }: Pick<DeadLetter, 'partition' | 'offset'>): string =>
  `${partition}@${offset}`;

/** Which letters of a group are meant. */
export const choiceFields = {
  group: groupInput,
  letters: z.array(letterInput).default([]),
  type: eventTypeInput.optional(),
  key: z.string().optional(),
  code: z.string().optional(),
};

export interface LetterChoice {
  readonly letters: readonly string[];
  readonly type?: string | undefined;
  readonly key?: string | undefined;
  readonly code?: string | undefined;
  readonly all?: boolean | undefined;
}

export const groupOption: OptionSpec = {
  flags: '--group <name>',
  describes: 'the consumer group',
  required: true,
};

export const choiceOptions: readonly OptionSpec[] = [
  groupOption,
  { flags: '--type <name>', describes: 'only those of this event type' },
  { flags: '--key <key>', describes: 'only those of this key' },
  { flags: '--code <code>', describes: 'only those with this error code' },
];

/** The filter that a choice amounts to. */
export const filterOf = ({ letters, type, key, code }: LetterChoice): LetterFilter => {
  const ids = new Set(letters);
  return (letter) =>
    (ids.size === 0 || ids.has(letterId(letter))) &&
    (type === undefined || letter.eventType === type) &&
    (key === undefined || letter.key === key) &&
    (code === undefined || letter.error?.code === code);
};

/** Throws `invalid-argument` where nothing was chosen: all of them is said by `--all`. */
export const assertChosen = ({ letters, type, key, code, all = false }: LetterChoice): void => {
  if (all || letters.length > 0 || type !== undefined || key !== undefined || code !== undefined) return;
  throw new BatonError(
    'invalid-argument',
    'Expected letters such as 0@12, --type, --key, --code, or --all, got none of them.',
  );
};

/** Opens the dead letters of a group for as long as `use` takes. */
export const withLetterBox = async <T>(
  group: string,
  context: Context,
  use: (box: LetterBox) => Promise<T>,
): Promise<T> => {
  const { recordReader, logOffsets, transactionalProducer: createProducer } = context.broker();
  const reader = recordReader();
  const { clock, who: by } = context;
  const box = createLetterBox({ group, by, reader, logOffsets, createProducer, clock });
  try {
    return await use(box);
  } finally {
    await box.close();
    await reader.close();
  }
};
