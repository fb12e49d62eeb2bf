import {
  bindingBarred,
  decideBind,
  defaultBindTimings,
  groupState,
  instantOf,
  canBind as judgeBind,
  canDrop as judgeDrop,
  canStop as judgeStop,
  readBindFacts,
  readDropFacts,
  readStopFacts,
  type Verdict,
} from '@baton/control';
import type { Instant, Version } from '@baton/core';
import { z } from 'zod';
import type { Context } from '../context';
import { withControl } from '../control-access';
import { evidenceOptions, evidenceSources } from '../evidence';
import type { Style } from '../output/style';
import { chosenEntry } from './catalog-input';
import { defineCommand, type Outcome } from './command';
import { schemaVersion, versionNumber } from './document-parts';
import { type EvidenceInput, evidenceFields, evidenceFlags } from './evidence-input';
import { eventTypeInput, groupInput, instantInput, versionInput } from './inputs';
import { exitOfVerdict, verdictDocument, verdictOutput, verdictText } from './verdict-document';

const output = verdictOutput.extend({
  schemaVersion,
  question: z.enum(['bind', 'stop', 'drop']),
  eventType: z.string(),
  version: versionNumber,
  group: z.string().nullable(),
});
type CanDocument = z.infer<typeof output>;

const type = [{ syntax: '<type>', describes: 'the event type' }];
const groupFlag = { flags: '--group <name>', describes: 'the consumer group', required: true };
const details = [
  'It ends with 0 if it is safe, with 2 if something that is known stands against it, and with 3 if evidence is missing: what nobody knows is never safe. Every piece of evidence is shown with its age.',
];

/** `baton can bind` */
export const canBind = defineCommand({
  path: ['can', 'bind'],
  summary: 'Say whether a group can be bound to a version now',
  details,
  arguments: type,
  options: [
    groupFlag,
    { flags: '--to <version>', describes: 'the version that would count', required: true },
    { flags: '--since <instant>', describes: 'from when on (default: the earliest valid instant)' },
  ],
  exits: ['pending', 'unknown'],
  examples: ['baton can bind lending.BooksBorrowed --group reminders --to 2'],
  input: z.object({
    type: eventTypeInput,
    group: groupInput,
    to: versionInput,
    since: instantInput.optional(),
  }),
  output,
  run: async (input, context) => {
    const verdict = await readBindVerdict(input, context);
    return outcomeOf({ question: 'bind', ...input, version: input.to }, verdict, {
      context,
      next: `baton bind ${input.type} --group ${input.group} --to ${input.to}`,
    });
  },
  render: (document, style) => textOf(document, style),
});

interface BindQuestion {
  readonly type: string;
  readonly group: string;
  readonly to: Version;
  readonly since?: Instant | undefined;
}

const readBindVerdict = async (
  { type: name, group, to, since }: BindQuestion,
  context: Context,
): Promise<Verdict> => {
  const evidence = evidenceFieldsOf({});
  const options = await evidenceOptions(chosenEntry(context, name, [to]), evidence, context);
  return withControl(context, async (access) => {
    const state = access.follower.state();
    const own = groupState(state, group, name);
    const request = { group, eventType: name, version: to, ...(since === undefined ? {} : { since }) };
    const timings = { ...defaultBindTimings, marginMs: options.marginMs };
    const now = { brokerTime: Math.floor(context.clock.now()), brokerTimeFrom: 'clock', timings } as const;
    const asked = { ...request, versions: options.versions, since: instantOf(own, request, now) };
    const facts = await readBindFacts(evidenceSources(access, evidence, context), asked, now);
    const barred = bindingBarred(state, own, to);
    const decision = decideBind(own, { ...request, by: context.who, barred }, facts);
    return judgeBind(own, request, { decision, facts });
  });
};

const evidenceFieldsOf = (given: object): EvidenceInput => z.object(evidenceFields).parse(given);

/** `baton can stop` */
export const canStop = defineCommand({
  path: ['can', 'stop'],
  summary: 'Say whether publishers can stop a version',
  details,
  arguments: type,
  options: [
    { flags: '--version <version>', describes: 'the version that would stop', required: true },
    ...evidenceFlags,
  ],
  exits: ['pending', 'unknown'],
  examples: ['baton can stop lending.BooksBorrowed --version 1 --without-outbox'],
  input: z.object({ type: eventTypeInput, version: versionInput, ...evidenceFields }),
  output,
  run: async (input, context) => {
    const options = await evidenceOptions(chosenEntry(context, input.type, [input.version]), input, context);
    const verdict = await withControl(context, async (access) =>
      judgeStop(
        await readStopFacts(
          evidenceSources(access, input, context),
          { eventType: input.type, version: input.version },
          options,
        ),
      ),
    );
    const next = `baton retire ${input.type} --version ${input.version} --publisher`;
    return outcomeOf({ question: 'stop', ...input }, verdict, { context, next });
  },
  render: (document, style) => textOf(document, style),
});

/** `baton can drop` */
export const canDrop = defineCommand({
  path: ['can', 'drop'],
  summary: 'Say whether a group can stop reading a version',
  details,
  arguments: type,
  options: [
    groupFlag,
    {
      flags: '--version <version>',
      describes: 'the version that would not be read any more',
      required: true,
    },
    ...evidenceFlags,
  ],
  exits: ['pending', 'unknown'],
  examples: ['baton can drop lending.BooksBorrowed --group reminders --version 1 --without-dead-letters'],
  input: z.object({
    type: eventTypeInput,
    group: groupInput,
    version: versionInput,
    ...evidenceFields,
  }),
  output,
  run: async (input, context) => {
    const { type: eventType, group, version } = input;
    const options = await evidenceOptions(chosenEntry(context, eventType, [version]), input, context);
    const verdict = await withControl(context, async (access) =>
      judgeDrop(
        await readDropFacts(evidenceSources(access, input, context), { eventType, group, version }, options),
      ),
    );
    const next = `baton retire ${eventType} --version ${version} --subscriber --group ${group}`;
    return outcomeOf({ question: 'drop', ...input }, verdict, { context, next });
  },
  render: (document, style) => textOf(document, style),
});

interface Asked {
  readonly question: CanDocument['question'];
  readonly type: string;
  readonly version: number;
  readonly group?: string;
}

const outcomeOf = (
  { question, type: eventType, version, group }: Asked,
  verdict: Verdict,
  { context, next }: { readonly context: Context; readonly next: string },
): Outcome<CanDocument> => ({
  document: {
    schemaVersion: 1,
    question,
    eventType,
    version,
    group: group ?? null,
    ...verdictDocument(verdict, context.clock.now()),
  },
  exit: exitOfVerdict(verdict),
  next:
    verdict.verdict === 'safe' ? next : `mend the reasons above, then ask again; what to do then: ${next}`,
});

const textOf = (document: CanDocument, style: Style): string => {
  const { question, eventType, version, group } = document;
  return [
    `can ${question} ${style.strong(eventType)} v${version}${group === null ? '' : ` for ${group}`}?`,
    verdictText(document, style),
  ].join('\n');
};
