import { z } from 'zod';
import type { Style } from '../output/style';
import { defineCommand } from './command';
import { letterRow, rowOf, rowText } from './dead-letter-document';
import { choiceFields, choiceOptions, filterOf, withLetterBox } from './dead-letters-input';
import { list, schemaVersion } from './document-parts';
import { countInput } from './inputs';

const output = z.strictObject({
  schemaVersion,
  group: z.string(),
  open: z.number().int().meta({ description: 'how many letters fit, whether shown or not' }),
  letters: list(letterRow).meta({ description: 'left empty where they were written as lines' }),
});

/** `baton dead-letters list` */
export const deadLettersList = defineCommand({
  path: ['dead-letters', 'list'],
  summary: 'Show the events that a group has parked and nobody has replayed or discarded yet',
  details: [
    'A letter is named by its place in the dead-letter topic of the group, such as 0@12. One that `follows` did not fail: it waits behind an earlier event of its key.',
  ],
  options: [...choiceOptions, { flags: '--limit <count>', describes: 'show so many, and count the rest' }],
  examples: [
    'baton dead-letters list --group reminders',
    'baton dead-letters list --group reminders --code undecodable-message -o jsonl',
  ],
  input: z.object({ ...choiceFields, limit: countInput.optional() }),
  output,
  lines: letterRow,
  run: async ({ group, limit = Number.POSITIVE_INFINITY, ...choice }, context) => {
    const letters: z.infer<typeof letterRow>[] = [];
    let open = 0;
    await withLetterBox(group, context, async (box) => {
      for await (const letter of box.open(filterOf(choice))) {
        open += 1;
        if (open > limit) continue;
        const document = rowOf(letter);
        const line = { document, text: (style: Style) => rowText(document, style) };
        if (context.line(line) === 'held') letters.push(document);
      }
    });
    return {
      document: { schemaVersion: 1, group, open, letters },
      exit: 'ok',
      next:
        open === 0
          ? `no letters of ${group} are open`
          : `${open} open; baton dead-letters show <letter> --group ${group}`,
    };
  },
  // the letters are written as lines
  render: () => '',
});
