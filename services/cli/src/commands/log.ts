import { auditTrail, type JudgedEntry } from '@baton/control';
import { z } from 'zod';
import { withControl } from '../control-access';
import type { Style } from '../output/style';
import { chosenEntry } from './catalog-input';
import { defineCommand } from './command';
import { instantText, list, schemaVersion } from './document-parts';
import { eventTypeInput } from './inputs';

const entryOutput = z.strictObject({
  schemaVersion,
  offset: z.number().int(),
  at: instantText,
  kind: z.string(),
  by: z.string(),
  reason: z.string(),
  valid: z.boolean(),
  because: z.string().nullable().meta({ description: 'why it is void' }),
  entry: z.record(z.string(), z.unknown()).meta({ description: 'as it was appended' }),
});
type EntryRow = z.infer<typeof entryOutput>;

/** `baton log` */
export const log = defineCommand({
  path: ['log'],
  summary: 'Show everything that was decided about an event type: who, when, why',
  details: ['Void entries are shown too: they changed nothing, and say why.'],
  arguments: [{ syntax: '<type>', describes: 'the event type' }],
  examples: ['baton log lending.BooksBorrowed', 'baton log lending.BooksBorrowed -o jsonl'],
  input: z.object({ type: eventTypeInput }),
  output: z.strictObject({
    schemaVersion,
    eventType: z.string(),
    count: z.number().int(),
    entries: list(entryOutput).meta({ description: 'left empty where they were written as lines' }),
  }),
  lines: entryOutput,
  run: async ({ type }, context) => {
    chosenEntry(context, type);
    const rows = await withControl(context, async ({ follower }) =>
      auditTrail(follower.state(), type).map(rowOf),
    );
    const held = rows.filter(
      (row) => context.line({ document: row, text: (style) => rowText(row, style) }) === 'held',
    );
    return {
      document: { schemaVersion: 1, eventType: type, count: rows.length, entries: held },
      exit: 'ok',
      next: `baton status ${type}`,
    };
  },
  render: ({ count, eventType }) => (count === 0 ? `nothing was decided about ${eventType} yet` : ''),
});

const rowOf = ({ offset, at, entry, verdict }: JudgedEntry): EntryRow => ({
  schemaVersion: 1,
  offset,
  at: new Date(at).toISOString(),
  kind: entry.kind,
  by: entry.by,
  reason: entry.reason,
  valid: verdict.kind === 'valid',
  because: verdict.kind === 'valid' ? null : verdict.because,
  entry: { ...entry },
});

const rowText = ({ at, kind, by, reason, because, entry }: EntryRow, style: Style): string => {
  const shown = because === null ? style.strong(kind) : style.dim(`${kind} (void: ${because})`);
  return [style.dim(at), shown, aboutOf(entry), style.dim(`${by}: ${reason}`)]
    .filter((part) => part !== '')
    .join('  ');
};

const aboutOf = (entry: EntryRow['entry']): string =>
  ['group', 'publisher', 'from', 'to', 'version', 'since', 'deadline', 'until', 'members', 'how', 'early']
    .flatMap((name) => (entry[name] === undefined ? [] : [`${name}=${shownValue(name, entry[name])}`]))
    .join(' ');

const instants: readonly string[] = ['since', 'deadline', 'until'];

const shownValue = (name: string, value: unknown): string =>
  instants.includes(name) && typeof value === 'number' ? new Date(value).toISOString() : String(value);
