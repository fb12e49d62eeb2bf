import type { CatalogEntry } from '@baton/contracts';
import { BatonError, type Version, version } from '@baton/core';
import { z } from 'zod';
import type { Context } from '../context';
import { eventTypeToPublish } from '../events/event-types';
import { type PublishedLines, publishEvents, type ReadLines, readAllLines } from '../events/publish-lines';
import { openRehearsal, type Publishing, withPublisher } from '../events/publishing';
import { lineProblem } from '../events/read-events';
import type { Exit } from '../exit-codes';
import type { Style } from '../output/style';
import { chosenEntry } from './catalog-input';
import { defineCommand } from './command';
import { list, schemaVersion, versionNumber } from './document-parts';
import { eventTypeInput, versionInput, versionsInput } from './inputs';

const output = z.strictObject({
  schemaVersion,
  eventType: z.string(),
  versions: list(versionNumber).meta({ description: 'in which every event was published' }),
  dryRun: z.boolean(),
  published: z.number().int(),
  failed: z.number().int(),
  untried: z.number().int().meta({ description: 'lines that were right, but not published' }),
  problems: list(lineProblem).meta({ description: 'of the first hundred lines that failed' }),
});
type PublishDocument = z.infer<typeof output>;

interface PublishInput {
  readonly type: string;
  readonly version?: Version | undefined;
  readonly versions?: readonly Version[] | undefined;
  readonly source: string;
  readonly dryRun: boolean;
}

/** `baton publish` */
export const publish = defineCommand({
  path: ['publish'],
  summary: 'Publish events from standard input, one line of JSON each',
  details: [
    'A line is {"key": …, "data": {…}, "traceparent": …}; the last is optional, and so is the key where the contract names a key field. All lines are read and checked first; if any is wrong, none is published, and every wrong one is named with its number. Then they are published in their order, each in all versions at once or not at all. After a failure no further one is begun.',
    'The data is of the newest live version, and is published in every live version; that takes the compiled event types, since translations are code (see Settings). With --version the data is of that version, and is published in that one only, unless --versions says more.',
    'With --dry-run everything is checked, and nothing is published.',
  ],
  arguments: [{ syntax: '<type>', describes: 'the event type' }],
  options: [
    { flags: '--version <version>', describes: 'the version that the data is of (default: the newest)' },
    { flags: '--versions <list>', describes: 'the versions to publish, such as 1,2' },
    { flags: '--source <name>', describes: 'CloudEvents source (default baton-cli)' },
    { flags: '--dry-run', describes: 'check everything, publish nothing' },
  ],
  exits: ['unknown'],
  examples: [
    'baton publish lending.BooksBorrowed < events.jsonl',
    'baton publish lending.BooksBorrowed --version 2 --dry-run < events.jsonl',
  ],
  whenInterrupted: 'finish',
  input: z.object({
    type: eventTypeInput,
    version: versionInput.optional(),
    versions: versionsInput.optional(),
    source: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,100}$/, { error: 'Expected letters, digits, dots and dashes.' })
      .default('baton-cli'),
    dryRun: z.boolean().default(false),
  }),
  output,
  run: async (input, context) => {
    const publishing = publishingOf(input, context);
    const lines = await readLines(publishing, context);
    if (lines.events.length + lines.failed === 0 && !context.interrupted.aborted) {
      context.progress.step('there was nothing to publish: standard input held no line');
    }
    const result = await publishLines(publishing, { lines, dryRun: input.dryRun, context });
    return {
      document: {
        schemaVersion: 1,
        eventType: input.type,
        versions: [...publishing.versions],
        dryRun: input.dryRun,
        ...result,
      },
      exit: exitOfPublish(result, context),
      next: nextStep(input, result),
    };
  },
  render: (document, style) => textOf(document, style),
});

/** Checks that the versions asked for are live, and finds out how to make them. */
export const publishingOf = (
  { type, version: asked, versions: list, source }: Omit<PublishInput, 'dryRun'>,
  context: Context,
): Publishing => {
  const entry = chosenEntry(context, type);
  const live = entry.versions.map((one) => version(one.version));
  const given = asked ?? (live.at(-1) as Version);
  const published = list ?? (asked === undefined ? live : [asked]);
  assertLive(entry, [given, ...published]);
  const above = published.filter((one) => one > given);
  if (above.length > 0) {
    throw new BatonError(
      'invalid-argument',
      `Expected data of v${Math.max(...above)} to publish v${Math.max(...above)}, got data of v${given}: newer versions are not made from older ones. Give the data in the newest version that is published.`,
    );
  }
  if (live.some((one) => !published.includes(one))) {
    context.progress.step(
      `publishing as ${published.map((one) => `v${one}`).join(', ')} only; ${type} has the live versions ${live.map((one) => `v${one}`).join(', ')}, and groups bound to another one take what there is, but not in order across their cut`,
    );
  }
  return { eventType: eventTypeToPublish(entry, { given, published }, context), versions: published, source };
};

const assertLive = ({ name, versions }: CatalogEntry, asked: readonly Version[]): void => {
  const live = versions.map((one) => one.version);
  const wrong = asked.find((one) => !live.includes(one));
  if (wrong === undefined) return;
  throw new BatonError(
    'invalid-argument',
    `Expected one of the live versions of ${name}, ${live.join(', ')}, got ${wrong}.`,
  );
};

const readLines = async (publishing: Publishing, context: Context): Promise<ReadLines> => {
  const rehearsal = await openRehearsal(publishing, context);
  try {
    context.progress.step('reading and checking standard input');
    return await readAllLines(context.terminal.lines(context.interrupted), {
      eventType: publishing.eventType,
      rehearsal,
    });
  } finally {
    await rehearsal.close();
  }
};

interface ToPublish {
  readonly lines: ReadLines;
  readonly dryRun: boolean;
  readonly context: Context;
}

const publishLines = async (
  publishing: Publishing,
  { lines: { events, failed, problems }, dryRun, context }: ToPublish,
): Promise<PublishedLines> => {
  if (failed > 0 || dryRun || context.interrupted.aborted || events.length === 0) {
    return { published: 0, failed, untried: events.length, problems };
  }
  return withPublisher(publishing, context, (publisher) =>
    publishEvents(events, {
      eventType: publishing.eventType,
      publisher,
      interrupted: context.interrupted,
      progress: (published) => context.progress.bar(published, events.length, 'published'),
    }),
  );
};

const exitOfPublish = ({ problems, failed }: PublishedLines, { interrupted }: Context): Exit => {
  if (problems.some(({ code }) => code === 'outcome-unknown')) return 'unknown';
  if (failed > 0) return 'failure';
  return interrupted.aborted ? 'interrupted' : 'ok';
};

const nextStep = ({ type, dryRun }: PublishInput, { failed, published, untried }: PublishedLines): string => {
  if (failed > 0) {
    return published === 0
      ? 'mend the lines above; none was published'
      : `look where it stopped: baton tail ${type}; do not publish the first ${published} again`;
  }
  if (dryRun) return `baton publish ${type}`;
  return untried > 0 ? `${untried} line(s) are still to be published` : `baton tail ${type}`;
};

const textOf = (
  { eventType, versions, dryRun, published, failed, untried, problems }: PublishDocument,
  style: Style,
): string => {
  const what = `${eventType} as ${versions.map((one) => `v${one}`).join(', ')}`;
  const summary = dryRun
    ? `${style.strong('dry run')} ${what}: ${untried} right, ${failed} wrong, none published`
    : `${failed === 0 ? style.good('published') : style.bad('published')} ${published} of ${published + failed + untried} ${what}`;
  return [
    ...problems.map(
      ({ line, code, message }) => `${style.bad(`line ${line}`)} ${style.dim(`[${code}]`)} ${message}`,
    ),
    ...(failed > problems.length ? [`and ${failed - problems.length} more`] : []),
    summary,
  ].join('\n');
};
