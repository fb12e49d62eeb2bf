import { groupState } from '@baton/control';
import { BatonError, type Instant, type Version, version } from '@baton/core';
import { z } from 'zod';
import type { Context } from '../context';
import { withControl } from '../control-access';
import { tail as tailTopics } from '../events/tail';
import { type AskedGroup, createEventReader, type TailedEvent, tailedEvent } from '../events/tailed-event';
import type { Style } from '../output/style';
import { suggestion } from '../output/suggest';
import { chosenEntry } from './catalog-input';
import { defineCommand } from './command';
import { list, schemaVersion, versionNumber } from './document-parts';
import { countInput, eventTypeInput, groupInput, placeInput, versionInput } from './inputs';

const output = z.strictObject({
  schemaVersion,
  eventType: z.string(),
  versions: list(versionNumber),
  read: z.number().int(),
  events: list(tailedEvent).meta({ description: 'left empty where they were written as lines' }),
});

/** `baton tail` */
export const tail = defineCommand({
  path: ['tail'],
  summary: 'Show the events of an event type, decoded, with key and headers',
  details: [
    'It reads what is committed, in a group of its own that commits nothing, so that nobody else is disturbed. Without --follow it shows what is there and ends; with --follow it begins at the end, unless --from says otherwise, and goes on until it is interrupted.',
    'Every live version is shown, or only the one of --version. With --group each message says what that group makes of it: processed, or skipped because another version counts. Messages of one partition come in order.',
  ],
  arguments: [{ syntax: '<type>', describes: 'the event type' }],
  options: [
    { flags: '--version <version>', describes: 'only this version' },
    { flags: '--from <place>', describes: 'beginning, end, or an instant such as 2026-12-01T00:00:00Z' },
    { flags: '--limit <count>', describes: 'end after so many' },
    { flags: '--follow', describes: 'wait for more' },
    { flags: '--group <name>', describes: 'say what this group makes of each' },
  ],
  examples: [
    'baton tail lending.BooksBorrowed --limit 10',
    'baton tail lending.BooksBorrowed --version 2 --follow --group reminders -o jsonl',
  ],
  whenInterrupted: 'finish',
  input: z.object({
    type: eventTypeInput,
    version: versionInput.optional(),
    from: placeInput.optional(),
    limit: countInput.optional(),
    follow: z.boolean().default(false),
    group: groupInput.optional(),
  }),
  output,
  lines: tailedEvent,
  run: async (input, context) => {
    const versions = versionsOf(input, context);
    const { events, read } = await readEvents({ ...input, versions }, context);
    return {
      document: { schemaVersion: 1, eventType: input.type, versions: [...versions], read, events },
      exit: context.interrupted.aborted ? 'interrupted' : 'ok',
      next: read === 0 && !input.follow ? `baton tail ${input.type} --follow` : `baton status ${input.type}`,
    };
  },
  // the events are written as lines
  render: () => '',
});

const versionsOf = (
  { type, version: asked }: { readonly type: string; readonly version?: Version | undefined },
  context: Context,
): readonly Version[] => {
  const live = chosenEntry(context, type).versions.map((one) => version(one.version));
  if (asked === undefined) return live;
  if (live.includes(asked)) return [asked];
  throw new BatonError(
    'invalid-argument',
    `Expected one of the live versions of ${type}, ${live.join(', ')}, got ${asked}: its schema is needed to decode it.`,
  );
};

/** What is read, as `tail` and the shell ask for it. */
export interface ReadRequest {
  readonly type: string;
  readonly versions: readonly Version[];
  readonly from?: 'beginning' | 'end' | Instant | undefined;
  readonly limit?: number | undefined;
  readonly follow: boolean;
  readonly group?: string | undefined;
}

/** Reads events, and writes each as a line, or answers it. */
export const readEvents = async (
  { type, versions, from, limit, follow, group: name }: ReadRequest,
  context: Context,
): Promise<{ readonly events: readonly TailedEvent[]; readonly read: number }> => {
  const group = name === undefined ? undefined : await askedGroup(type, name, context);
  const reader = createEventReader(chosenEntry(context, type), {
    versions,
    registry: context.registry(),
    group,
  });
  const held: TailedEvent[] = [];
  let read = 0;
  context.progress.step(`reading ${versions.map((one) => `${type}.v${one}`).join(', ')}`);
  await tailTopics(
    {
      eventType: type,
      versions,
      from: from ?? (follow ? 'end' : 'beginning'),
      follow,
      interrupted: context.interrupted,
    },
    context,
    async (record) => {
      const event = await reader(record);
      read += 1;
      const line = { document: event, text: (style: Style) => eventText(event, style) };
      if (context.line(line) === 'held') held.push(event);
      return limit !== undefined && read >= limit ? 'enough' : 'more';
    },
  );
  return { events: held, read };
};

const askedGroup = (eventType: string, group: string, context: Context): Promise<AskedGroup> =>
  withControl(context, async ({ follower }) => {
    const state = follower.state();
    const { timeline } = groupState(state, group, eventType);
    if (timeline !== undefined) return { group, timeline };
    const known = [...state.groups.values()]
      .filter((one) => one.eventType === eventType && one.timeline !== undefined)
      .map((one) => one.group);
    const meant = suggestion(group, known);
    const hint =
      meant === undefined ? `Registered are: ${known.join(', ') || 'none'}.` : `Did you mean ${meant}?`;
    throw new BatonError(
      'invalid-argument',
      `Expected a group that is registered for ${eventType}, got "${group}". ${hint}`,
    );
  });

const eventText = (event: TailedEvent, style: Style): string => {
  const { createdAt, version: own, partition, offset, key, decision, data, problem } = event;
  return [
    style.dim(createdAt),
    style.strong(`v${own}`),
    style.dim(`${partition}@${offset}`),
    key ?? '-',
    ...(decision === null ? [] : [decisionText(decision, style)]),
    problem === null ? JSON.stringify(data) : style.bad(problem),
  ].join('  ');
};

const decisionText = ({ kind, responsible }: NonNullable<TailedEvent['decision']>, style: Style): string =>
  kind === 'process' ? style.good('processed') : style.warning(`skipped, v${responsible} counts`);
