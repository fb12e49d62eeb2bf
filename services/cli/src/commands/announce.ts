import { announce as announceVersion } from '@baton/control';
import { z } from 'zod';
import { factSources, withControl } from '../control-access';
import { chosenEntry } from './catalog-input';
import { defineCommand } from './command';
import { instantText, list, schemaVersion, versionNumber } from './document-parts';
import { eventTypeInput, instantInput, versionInput } from './inputs';
import { reasonLines, reasonOutput } from './verdict-document';

const output = z.strictObject({
  schemaVersion,
  outcome: z.enum(['announced', 'deadline-moved', 'already-announced', 'refused', 'planned']),
  dryRun: z.boolean(),
  eventType: z.string(),
  from: versionNumber,
  to: versionNumber,
  deadline: instantText,
  vetoUntil: instantText.nullable(),
  because: list(reasonOutput),
});

/** `baton announce` */
export const announce = defineCommand({
  path: ['announce'],
  summary: 'Announce that a version goes away in favour of another, and when',
  details: [
    'From then on its messages say that they are deprecated, its readers warn once a day, and a new group that reads it only is refused. Announcing again moves the deadline, only later.',
  ],
  arguments: [{ syntax: '<type>', describes: 'the event type' }],
  options: [
    { flags: '--from <version>', describes: 'the version that goes away', required: true },
    { flags: '--to <version>', describes: 'its successor', required: true },
    { flags: '--deadline <instant>', describes: 'when it may stop at the earliest', required: true },
    { flags: '--veto-until <instant>', describes: 'until when groups can object' },
    { flags: '--reason <text>', describes: 'why, for the control log', required: true },
    { flags: '--dry-run', describes: 'decide only' },
  ],
  examples: [
    'baton announce lending.BooksBorrowed --from 1 --to 2 --deadline 2026-12-31T00:00:00Z --reason "changeInfo goes"',
  ],
  input: z.object({
    type: eventTypeInput,
    from: versionInput,
    to: versionInput,
    deadline: instantInput,
    vetoUntil: instantInput.optional(),
    reason: z.string().min(1),
    dryRun: z.boolean().default(false),
  }),
  output,
  run: async ({ type, from, to, deadline, vetoUntil, reason, dryRun }, context) => {
    chosenEntry(context, type, [from, to]);
    const result = await withControl(context, ({ follower }) =>
      announceVersion(
        { follower, offsets: factSources(context).offsets, clock: context.clock },
        { eventType: type, from, to, deadline, ...(vetoUntil === undefined ? {} : { vetoUntil }) },
        { by: context.who, reason, dryRun },
      ),
    );
    const refused = result.kind === 'refused' || result.decision.kind === 'refuse';
    const text = (instant: number) => new Date(instant).toISOString();
    const veto = result.deprecation?.vetoUntil ?? vetoUntil;
    return {
      document: {
        schemaVersion: 1,
        outcome: refused ? ('refused' as const) : result.kind,
        dryRun,
        eventType: type,
        from,
        to,
        deadline: text(deadline),
        vetoUntil: veto === undefined ? null : text(veto),
        because: result.decision.kind === 'refuse' ? [...result.decision.because] : [...result.because],
      },
      exit: refused ? 'failure' : 'ok',
      next: refused ? 'mend the reasons above, then announce again' : `baton status ${type}`,
    };
  },
  render: ({ outcome, eventType, from, to, deadline, because }, style) =>
    [
      `${outcome === 'refused' ? style.bad(outcome) : style.good(outcome)} ${eventType} v${from} → v${to}, deadline ${deadline}`,
      ...reasonLines(because, style),
    ].join('\n'),
});
