import { type VetoResult, veto as vetoVersion, withdrawVeto } from '@baton/control';
import { BatonError, type Version } from '@baton/core';
import { z } from 'zod';
import { withControl } from '../control-access';
import type { Style } from '../output/style';
import { chosenEntry } from './catalog-input';
import { defineCommand, type Outcome } from './command';
import { instantText, list, schemaVersion, versionNumber } from './document-parts';
import { eventTypeInput, groupInput, instantInput, versionInput } from './inputs';
import { reasonLines, reasonOutput } from './verdict-document';

const output = z.strictObject({
  schemaVersion,
  outcome: z.enum(['vetoed', 'veto-withdrawn', 'unchanged', 'refused', 'planned']),
  dryRun: z.boolean(),
  eventType: z.string(),
  version: versionNumber.nullable(),
  group: z.string(),
  until: instantText.nullable(),
  because: list(reasonOutput),
});
type VetoDocument = z.infer<typeof output>;

const fields = {
  type: eventTypeInput,
  version: versionInput.optional(),
  group: z.string({ error: 'Give --group, the group that objects.' }).pipe(groupInput),
  reason: z.string({ error: 'Give --reason, for the control log.' }).min(1),
  dryRun: z.boolean().default(false),
};
interface VetoInput {
  readonly type: string;
  readonly version?: Version | undefined;
  readonly group: string;
  readonly dryRun: boolean;
}

const flags = [
  { flags: '--group <name>', describes: 'the group that objects; required' },
  { flags: '--version <version>', describes: 'the version that goes away; may be left out if there is one' },
  { flags: '--reason <text>', describes: 'why, for the control log; required' },
  { flags: '--dry-run', describes: 'decide only' },
];
const type = [{ syntax: '<type>', describes: 'the event type' }];

/** `baton veto` */
export const veto = defineCommand({
  path: ['veto'],
  summary: 'Object, for a group, to the retirement of a version until an instant',
  arguments: type,
  options: [{ flags: '--until <instant>', describes: 'when the objection ends; required' }, ...flags],
  examples: [
    'baton veto lending.BooksBorrowed --group reminders --until 2027-01-31T00:00:00Z --reason "year end first"',
  ],
  input: z.object({ ...fields, until: instantInput.optional() }),
  output,
  run: async (input, context) => {
    const { until, reason, dryRun } = input;
    if (until === undefined)
      throw new BatonError('invalid-argument', 'Give --until, when the objection ends.');
    chosenEntry(context, input.type, input.version === undefined ? [] : [input.version]);
    const result = await withControl(context, ({ follower }) =>
      vetoVersion(
        { follower, clock: context.clock },
        { ...about(input), until },
        { by: context.who, reason, dryRun },
      ),
    );
    return outcomeOf(input, result, until);
  },
  render: (document, style) => textOf(document, style),
});

/** `baton veto withdraw` */
export const vetoWithdraw = defineCommand({
  path: ['veto', 'withdraw'],
  summary: 'Take the objection of a group back',
  arguments: type,
  options: flags,
  examples: ['baton veto withdraw lending.BooksBorrowed --group reminders --reason "we are ready"'],
  input: z.object(fields),
  output,
  run: async (input, context) => {
    chosenEntry(context, input.type, input.version === undefined ? [] : [input.version]);
    const result = await withControl(context, ({ follower }) =>
      withdrawVeto({ follower, clock: context.clock }, about(input), {
        by: context.who,
        reason: input.reason,
        dryRun: input.dryRun,
      }),
    );
    return outcomeOf(input, result, undefined);
  },
  render: (document, style) => textOf(document, style),
});

const about = ({ type: eventType, group, version }: VetoInput) => ({
  eventType,
  group,
  ...(version === undefined ? {} : { version }),
});

const outcomeOf = (
  { type: eventType, group, dryRun }: VetoInput,
  { kind, decision, because }: VetoResult,
  until: number | undefined,
): Outcome<VetoDocument> => {
  const refused = kind === 'refused' || decision.kind === 'refuse';
  return {
    document: {
      schemaVersion: 1,
      outcome: refused ? 'refused' : kind,
      dryRun,
      eventType,
      version: decision.kind === 'refuse' ? null : decision.version,
      group,
      until: until === undefined ? null : new Date(until).toISOString(),
      because: decision.kind === 'refuse' ? [...decision.because] : [...because],
    },
    exit: refused ? 'failure' : 'ok',
    next: refused ? 'mend the reasons above, and try again' : `baton log ${eventType}`,
  };
};

const textOf = ({ outcome, eventType, version, group, until, because }: VetoDocument, style: Style): string =>
  [
    `${outcome === 'refused' ? style.bad(outcome) : style.good(outcome)} ${group} on ${eventType}${version === null ? '' : ` v${version}`}${until === null ? '' : ` until ${until}`}`,
    ...reasonLines(because, style),
  ].join('\n');
