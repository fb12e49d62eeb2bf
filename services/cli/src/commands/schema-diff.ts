import { diffVersions, type FieldChange, type VersionDiff } from '@baton/contracts';
import { z } from 'zod';
import type { Style } from '../output/style';
import { chosenEntry } from './catalog-input';
import { type CommandDocument, defineCommand } from './command';
import { eventTypeInput, versionInput } from './inputs';

type DiffDocument = CommandDocument & VersionDiff;

/** `baton schema diff` */
export const schemaDiff = defineCommand<{ type: string; from: number; to: number }, DiffDocument>({
  path: ['schema', 'diff'],
  summary: 'Compare two versions field by field, and say what subscribers of the older one lose',
  arguments: [
    { syntax: '<type>', describes: 'the event type' },
    { syntax: '<from>', describes: 'one version' },
    { syntax: '<to>', describes: 'the other version' },
  ],
  examples: ['baton schema diff lending.BooksBorrowed 1 2'],
  input: z.object({ type: eventTypeInput, from: versionInput, to: versionInput }),
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
