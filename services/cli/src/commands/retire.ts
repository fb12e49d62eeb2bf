import {
  type DropResult,
  type RetireResult,
  retirePublisher,
  retireSubscriber,
  type Verdict,
} from '@baton/control';
import { BatonError } from '@baton/core';
import { z } from 'zod';
import type { Context } from '../context';
import { type ControlAccess, withControl } from '../control-access';
import { evidenceOptions, evidenceSources } from '../evidence';
import type { Exit } from '../exit-codes';
import type { Style } from '../output/style';
import { chosenEntry } from './catalog-input';
import { defineCommand, type Outcome } from './command';
import { list, schemaVersion, versionNumber } from './document-parts';
import { evidenceFields, evidenceFlags } from './evidence-input';
import { eventTypeInput, groupInput, millisInput, versionInput } from './inputs';
import {
  exitOfVerdict,
  reasonLines,
  reasonOutput,
  verdictDocument,
  verdictOutput,
  verdictText,
} from './verdict-document';

const output = z.strictObject({
  schemaVersion,
  outcome: z.enum([
    'retired',
    'already-retired',
    'dropped',
    'already-dropped',
    'waiting',
    'refused',
    'planned',
  ]),
  dryRun: z.boolean(),
  eventType: z.string(),
  version: versionNumber,
  group: z.string().nullable().meta({ description: 'null for the publishers' }),
  verdict: verdictOutput.nullable().meta({ description: 'null if the version was on its way before' }),
  because: list(reasonOutput),
  risks: list(reasonOutput).meta({ description: 'what dropping early could lose' }),
  waitingFor: list(z.string()).meta({ description: 'publishers that have not acknowledged' }),
  certificate: z.record(z.string(), z.unknown()).nullable(),
});
type RetireDocument = z.infer<typeof output>;

const input = z.object({
  type: eventTypeInput,
  version: versionInput,
  publisher: z.boolean().default(false),
  subscriber: z.boolean().default(false),
  group: groupInput.optional(),
  early: z.boolean().default(false),
  yes: z.boolean().default(false),
  dryRun: z.boolean().default(false),
  waitMs: millisInput.default(30_000),
  reason: z.string().min(1).default('baton retire'),
  ...evidenceFields,
});
type RetireInput = z.output<typeof input>;
type Result = RetireResult | DropResult;

/** `baton retire` */
export const retire = defineCommand({
  path: ['retire'],
  summary: 'Stop a version at its publishers, or at a group that reads it',
  details: [
    'Nothing is done without a verdict that is safe, asked anew at the moment it is done; it is kept in the control log as a certificate. First the publishers: they stop without a restart, writes to the topic are refused by the brokers, and the final ends are recorded. Then each group, once it has read to that end.',
    'It asks for a confirmation, to be typed; --yes gives it. Running it again goes on where it stopped, or changes nothing. With --early a group drops a version without a safe verdict: what could be lost is shown.',
  ],
  arguments: [{ syntax: '<type>', describes: 'the event type' }],
  options: [
    { flags: '--version <version>', describes: 'the version that ends', required: true },
    { flags: '--publisher', describes: 'stop publishing it' },
    { flags: '--subscriber', describes: 'stop reading it, in the group of --group' },
    { flags: '--group <name>', describes: 'the group that stops reading it' },
    { flags: '--early', describes: 'without a safe verdict, for a subscriber only' },
    { flags: '--yes', describes: 'confirm without being asked' },
    { flags: '--dry-run', describes: 'make every check, change nothing' },
    { flags: '--wait-ms <ms>', describes: 'how long to wait for publishers (default 30000)' },
    { flags: '--reason <text>', describes: 'why, for the control log' },
    ...evidenceFlags,
  ],
  exits: ['pending', 'unknown'],
  examples: [
    'baton retire lending.BooksBorrowed --version 1 --publisher --without-outbox',
    'baton retire lending.BooksBorrowed --version 1 --subscriber --group reminders --yes',
  ],
  input,
  output,
  run: (asked, context) => {
    assertWho(asked);
    chosenEntry(context, asked.type, [asked.version]);
    return withControl(context, async (access) => {
      const check = await attempt(asked, { context, access, dryRun: true });
      const settled = check.kind === 'refused' || check.kind.startsWith('already');
      if (asked.dryRun || settled) return outcomeOf(asked, check, context);
      if (!asked.yes) await confirm(asked, check, context);
      return outcomeOf(asked, await attempt(asked, { context, access, dryRun: false }), context);
    });
  },
  render: (document, style) => textOf(document, style),
});

const assertWho = ({ publisher, subscriber, group, early }: RetireInput): void => {
  if (publisher === subscriber) {
    throw new BatonError(
      'invalid-argument',
      'Expected either --publisher or --subscriber, to say who stops.',
    );
  }
  if (subscriber && group === undefined) {
    throw new BatonError('invalid-argument', 'Expected --group with --subscriber, to say which group stops.');
  }
  if (publisher && (early || group !== undefined)) {
    throw new BatonError(
      'invalid-argument',
      '--group and --early are for --subscriber: publishers stop for everybody.',
    );
  }
};

interface Attempt {
  readonly context: Context;
  readonly access: ControlAccess;
  readonly dryRun: boolean;
}

const attempt = async (asked: RetireInput, { context, access, dryRun }: Attempt): Promise<Result> => {
  const { type: eventType, version, group, early, reason, waitMs } = asked;
  const options = {
    ...(await evidenceOptions(chosenEntry(context, eventType), asked, context)),
    by: context.who,
    reason,
    dryRun,
  };
  const sources = evidenceSources(access, asked, context);
  if (group !== undefined) {
    return retireSubscriber(sources, { eventType, version, group }, { ...options, early });
  }
  return retirePublisher(
    sources,
    { eventType, version },
    { ...options, waitMs, progress: ({ kind }) => context.progress.step(kind) },
  );
};

const confirm = async (
  { type: eventType, version, group }: RetireInput,
  result: Result,
  { terminal, progress }: Context,
): Promise<void> => {
  const risks = 'risks' in result ? result.risks : [];
  for (const { code, text } of risks) progress.step(`could lose events: ${code}: ${text}`);
  const what = `${eventType} v${version}`;
  const who = group === undefined ? 'its publishers' : group;
  const answer = await terminal.ask(`Type “${what}” to end it for ${who}:`, '--yes');
  if (answer === what) return;
  throw new BatonError('invalid-argument', `Expected “${what}”, got “${answer}”. Nothing was changed.`);
};

const outcomeOf = (asked: RetireInput, result: Result, context: Context): Outcome<RetireDocument> => ({
  document: {
    schemaVersion: 1,
    outcome: result.kind,
    dryRun: asked.dryRun,
    eventType: asked.type,
    version: asked.version,
    group: asked.group ?? null,
    verdict: result.verdict === undefined ? null : verdictDocument(result.verdict, context.clock.now()),
    because: reasons(result.because),
    risks: reasons('risks' in result ? result.risks : []),
    waitingFor: 'waitingFor' in result ? [...result.waitingFor] : [],
    certificate: certificateOf(result),
  },
  exit: exitOf(result),
  next: nextStep(asked, result),
});

const reasons = (
  because: readonly { readonly code: string; readonly text: string }[],
): RetireDocument['because'] => because.map(({ code, text }) => ({ code, text }));

const certificateOf = (result: Result): RetireDocument['certificate'] => {
  const certificate =
    'certificate' in result
      ? result.certificate
      : 'dropped' in result
        ? result.dropped?.certificate
        : undefined;
  return certificate === undefined ? null : { ...certificate };
};

const exitOf = ({ kind, verdict }: Result): Exit => {
  if (kind === 'waiting') return 'pending';
  if (kind !== 'refused') return 'ok';
  return refusalExit(verdict);
};

const refusalExit = (verdict: Verdict | undefined): Exit =>
  verdict === undefined || verdict.verdict === 'safe' ? 'failure' : exitOfVerdict(verdict);

const nextStep = ({ type, version, group }: RetireInput, { kind }: Result): string => {
  if (kind === 'refused') return 'mend the reasons above, then run it again';
  if (kind === 'waiting') return 'run it again: it goes on';
  if (kind === 'planned') return 'run it again without --dry-run';
  return group === undefined
    ? `for each group: baton retire ${type} --version ${version} --subscriber --group GROUP`
    : `baton log ${type}`;
};

const textOf = (document: RetireDocument, style: Style): string => {
  const { outcome, eventType, version, group, because, risks, waitingFor, verdict } = document;
  const word =
    outcome === 'refused'
      ? style.bad(outcome)
      : outcome === 'waiting'
        ? style.warning(outcome)
        : style.good(outcome);
  return [
    `${word} ${eventType} v${version} for ${group ?? 'its publishers'}`,
    ...(verdict === null ? reasonLines(because, style) : [verdictText(verdict, style)]),
    ...waitingFor.map((publisher) => `  waiting for ${publisher}`),
    ...reasonLines(risks, style),
  ].join('\n');
};
