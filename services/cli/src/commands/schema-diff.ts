import { diffVersions, type FieldChange } from '@baton/contracts';
import { z } from 'zod';
import type { Style } from '../output/style';
import { chosenEntry } from './catalog-input';
import { defineCommand } from './command';
import { list, schemaVersion, versionNumber } from './document-parts';
import { eventTypeInput, versionInput } from './inputs';

const field = { path: z.string() };
const output = z.strictObject({
  schemaVersion,
  eventType: z.string(),
  from: versionNumber,
  to: versionNumber,
  changes: list(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('added'), ...field, to: z.string() }),
      z.strictObject({ kind: z.literal('removed'), ...field, from: z.string() }),
      z.strictObject({ kind: z.literal('changed'), ...field, from: z.string(), to: z.string() }),
    ]),
  ),
  losses: list(
    z.strictObject({
      ...field,
      because: z.enum(['made-up-by-downcast', 'not-in-older-version', 'translated-by-downcast']),
      explanation: z.string(),
    }),
  ),
});

/** `baton schema diff` */
export const schemaDiff = defineCommand({
  path: ['schema', 'diff'],
  summary: 'Compare two versions field by field, and say what subscribers of the older one lose',
  arguments: [
    { syntax: '<type>', describes: 'the event type' },
    { syntax: '<from>', describes: 'one version' },
    { syntax: '<to>', describes: 'the other version' },
  ],
  examples: ['baton schema diff lending.BooksBorrowed 1 2'],
  input: z.object({ type: eventTypeInput, from: versionInput, to: versionInput }),
  output,
  run: async ({ type, from, to }, context) => {
    const diff = diffVersions(chosenEntry(context, type), from, to);
    return { document: { schemaVersion: 1, ...diff }, exit: 'ok', next: 'baton schema check' };
  },
  render: ({ eventType, from, to, changes, losses }, style) => {
    if (changes.length === 0) return `${eventType} v${from} and v${to} are the same.`;
    return [
      style.table(
        ['', 'FIELD', `V${from}`, `V${to}`],
        changes.map((change) => changeRow(change, style)),
      ),
      '',
      ...(losses.length === 0 ? [] : [`Subscribers of v${Math.min(from, to)}:`]),
      ...losses.map(({ path, explanation }) => `  ${style.strong(path)}: ${explanation}`),
    ].join('\n');
  },
});

const changeRow = (change: FieldChange, style: Style): readonly string[] => {
  switch (change.kind) {
    case 'added':
      return [style.good('added'), change.path, '', change.to];
    case 'removed':
      return [style.bad('removed'), change.path, change.from, ''];
    case 'changed':
      return [style.warning('changed'), change.path, change.from, change.to];
  }
};
