import type { LetterBox } from '@baton/messaging';
import { z } from 'zod';
import type { Context } from '../context';
import type { Style } from '../output/style';
import { defineCommand, type Outcome } from './command';
import {
  assertChosen,
  choiceFields,
  choiceOptions,
  filterOf,
  type LetterChoice,
  withLetterBox,
} from './dead-letters-input';
import { schemaVersion } from './document-parts';

const output = z.strictObject({
  schemaVersion,
  group: z.string(),
  outcome: z.enum(['replayed', 'discarded', 'planned']),
  letters: z.number().int().meta({ description: 'how many; with --dry-run, how many were chosen' }),
  left: z.number().int().meta({ description: 'letters of the group that are open still' }),
});
type DoneDocument = z.infer<typeof output>;

const letters = [{ syntax: '[letters...]', describes: 'letters as the list shows them: partition@offset' }];
const options = [
  ...choiceOptions,
  { flags: '--all', describes: 'every letter of the group' },
  { flags: '--dry-run', describes: 'count them only' },
];
const fields = { ...choiceFields, all: z.boolean().default(false), dryRun: z.boolean().default(false) };

/** `baton dead-letters replay` */
export const deadLettersReplay = defineCommand({
  path: ['dead-letters', 'replay'],
  summary: 'Bring parked events back to their group, through its retry topic',
  details: [
    'The events go through the rule again, and into the version that was responsible; never to the event topic, so that no other group sees them twice. With a letter all open letters of its key come back, so that their order holds. What fails again is parked again.',
    'Events that came meanwhile were parked behind them: replay again until none is left.',
  ],
  arguments: letters,
  options,
  examples: [
    'baton dead-letters replay 0@12 --group reminders',
    'baton dead-letters replay --group reminders --type lending.BooksBorrowed',
  ],
  input: z.object(fields),
  output,
  run: (input, context) =>
    carryOut(input, context, { kind: 'replayed', act: (box) => box.replay(filterOf(input)) }),
  render: (document, style) => textOf(document, style),
});

/** `baton dead-letters discard` */
export const deadLettersDiscard = defineCommand({
  path: ['dead-letters', 'discard'],
  summary: 'Give parked events up: nobody will handle them',
  details: [
    'Only the chosen letters are given up, not those that wait behind them. The mark in the topic says who did it, and why.',
  ],
  arguments: letters,
  options: [
    ...options,
    { flags: '--reason <text>', describes: 'why, for whoever asks later', required: true },
  ],
  examples: ['baton dead-letters discard 0@12 --group reminders --reason "a test order"'],
  input: z.object({ ...fields, reason: z.string().min(1) }),
  output,
  run: (input, context) =>
    carryOut(input, context, {
      kind: 'discarded',
      act: (box) => box.discard(filterOf(input), input.reason),
    }),
  render: (document, style) => textOf(document, style),
});

interface Act {
  readonly kind: 'replayed' | 'discarded';
  readonly act: (box: LetterBox) => Promise<number>;
}

const carryOut = async (
  { group, dryRun, ...choice }: LetterChoice & { readonly group: string; readonly dryRun: boolean },
  context: Context,
  { kind, act }: Act,
): Promise<Outcome<DoneDocument>> => {
  assertChosen(choice);
  const done = await withLetterBox(group, context, async (box) => {
    const count = dryRun ? await countOf(box, filterOf(choice)) : await act(box);
    return { count, left: await countOf(box, () => true) };
  });
  return {
    document: {
      schemaVersion: 1,
      group,
      outcome: dryRun ? 'planned' : kind,
      letters: done.count,
      left: done.left,
    },
    exit: 'ok',
    next: `baton dead-letters list --group ${group}`,
  };
};

const countOf = async (box: LetterBox, filter: ReturnType<typeof filterOf>): Promise<number> => {
  let count = 0;
  for await (const _ of box.open(filter)) count += 1;
  return count;
};

const textOf = ({ group, outcome, letters: count, left }: DoneDocument, style: Style): string =>
  `${count} letters of ${style.strong(group)} ${outcome}, ${left} are open`;
