import { createAvroCodec, dataToJson, dataToRedactedJson } from '@baton/contracts';
import { BatonError, version } from '@baton/core';
import type { DeadLetter } from '@baton/messaging';
import { z } from 'zod';
import type { Context } from '../context';
import { eventTypeWithoutTranslations } from '../events/event-types';
import type { Style } from '../output/style';
import { chosenEntry } from './catalog-input';
import { defineCommand } from './command';
import { headersOf, letterRow, rowOf } from './dead-letter-document';
import { filterOf, groupOption, letterInput, withLetterBox } from './dead-letters-input';
import { instantText, schemaVersion } from './document-parts';
import { groupInput } from './inputs';

const place = z.strictObject({
  topic: z.string(),
  partition: z.number().int(),
  offset: z.number().int(),
  stampedAt: instantText,
});

const output = z.strictObject({
  schemaVersion,
  group: z.string(),
  instance: z.string().meta({ description: 'the member that parked it' }),
  ...letterRow.omit({ schemaVersion: true }).shape,
  stack: z.string().nullable(),
  origin: place.meta({ description: 'where it was read' }),
  firstOrigin: place.nullable().meta({ description: 'where it was read first, if it was replayed since' }),
  headers: z.record(z.string(), z.string()),
  personal: z.enum(['hidden', 'shown']).meta({ description: 'what was asked for: shown with --reveal' }),
  value: z
    .string()
    .nullable()
    .meta({ description: 'the bytes of the message, base64; null while personal data is hidden' }),
  data: z.unknown().meta({
    description: 'as plain JSON, with (hidden) for personal fields; null where it cannot be decoded',
  }),
  problem: z.string().nullable().meta({ description: 'why it cannot be decoded' }),
});
type LetterDocument = z.infer<typeof output>;

/** `baton dead-letters show` */
export const deadLettersShow = defineCommand({
  path: ['dead-letters', 'show'],
  summary: 'Show one parked event with everything that is known of it',
  details: [
    'Fields that the schema marks as personal are hidden, and with them the bytes of the message. What a handler wrote into its error is shown as it is.',
  ],
  arguments: [{ syntax: '<letter>', describes: 'its place, as the list shows it: partition@offset' }],
  options: [groupOption, { flags: '--reveal', describes: 'show personal data too' }],
  examples: ['baton dead-letters show 0@12 --group reminders'],
  input: z.object({ letter: letterInput, group: groupInput, reveal: z.boolean().default(false) }),
  output,
  run: async ({ letter: id, group, reveal }, context) => {
    const letter = await withLetterBox(group, context, async (box) => {
      for await (const found of box.open(filterOf({ letters: [id] }))) return found;
      throw notOpen(id, group);
    });
    return {
      document: await letterDocument(letter, context, reveal ? 'shown' : 'hidden'),
      exit: 'ok',
      next: `baton dead-letters replay ${id} --group ${group}`,
    };
  },
  render: (document, style) => textOf(document, style),
});

const notOpen = (id: string, group: string): BatonError =>
  new BatonError(
    'invalid-argument',
    `Expected an open letter of group "${group}", got ${id}: there is none, or it was replayed or discarded. See: baton dead-letters list --group ${group}`,
  );

/** Everything that is known of a letter; personal data only if it is to be shown. */
export const letterDocument = async (
  letter: DeadLetter,
  context: Pick<Context, 'settings' | 'registry'>,
  personal: LetterDocument['personal'],
): Promise<LetterDocument> => ({
  ...rowOf(letter),
  group: letter.group,
  instance: letter.instance,
  stack: letter.error?.stack ?? null,
  origin: placeOf(letter.origin),
  firstOrigin: letter.firstOrigin === undefined ? null : placeOf(letter.firstOrigin),
  headers: headersOf(letter),
  personal,
  value: personal === 'hidden' ? null : (letter.original.value?.toString('base64') ?? null),
  ...(await decoded(letter, context, personal)),
});

const placeOf = ({ topic, partition, offset, timestamp }: DeadLetter['origin']) => ({
  topic,
  partition,
  offset,
  stampedAt: new Date(timestamp).toISOString(),
});

/** Its schema may have left the folder, or have been the problem. */
const decoded = async (
  { eventType: name, version: v, original }: DeadLetter,
  context: Pick<Context, 'settings' | 'registry'>,
  personal: LetterDocument['personal'],
): Promise<Pick<LetterDocument, 'data' | 'problem'>> => {
  try {
    const eventType = eventTypeWithoutTranslations(chosenEntry(context, name, [version(v)]), [v]);
    const codec = createAvroCodec({ registry: context.registry() });
    const data = await codec.decode(eventType, v, original.value);
    const toJson = personal === 'hidden' ? dataToRedactedJson : dataToJson;
    return { data: toJson(eventType.versions[v]?.schema, data), problem: null };
  } catch (error) {
    return { data: null, problem: error instanceof Error ? error.message : String(error) };
  }
};

const textOf = (document: LetterDocument, style: Style): string => {
  const { letter, eventType, version: v, because, attempts, origin, headers, data, problem } = document;
  const error = document.stack ?? (document.code === null ? '' : `${document.code}: ${document.message}`);
  return [
    `${style.strong(letter)}  ${eventType} v${v}  ${document.key ?? '-'}  ${because} after ${attempts} attempts, ${document.parkedAt}`,
    `read from ${origin.topic}/${origin.partition} at ${origin.offset}`,
    ...Object.entries(headers).map(([name, value]) => `${style.dim(name)}: ${value}`),
    problem === null ? JSON.stringify(data, undefined, 2) : style.bad(problem),
    error,
  ]
    .filter((line) => line !== '')
    .join('\n');
};
