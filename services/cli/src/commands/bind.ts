import {
  type BindProgress,
  type BindResult,
  bindGroup,
  defaultBindTimings,
  type ReasonCode,
} from '@baton/control';
import { formatInstant, type Instant, type Version } from '@baton/core';
import { z } from 'zod';
import { enforcedMargin, factSources, versionsUpTo, withControl } from '../control-access';
import type { Exit } from '../exit-codes';
import { bindDocument, bindOutput } from './bind-document';
import { renderBind } from './bind-text';
import { chosenEntry } from './catalog-input';
import { defineCommand } from './command';
import { eventTypeInput, groupInput, instantInput, millisInput, versionInput } from './inputs';

interface BindInput {
  readonly type: string;
  readonly group: string;
  readonly to: Version;
  readonly since?: Instant | undefined;
  readonly dryRun: boolean;
  readonly leaseMs: number;
  readonly marginMs?: number | undefined;
  readonly reason: string;
}

/** `baton bind` */
export const bind = defineCommand({
  path: ['bind'],
  summary: 'Bind a consumer group to a version from an instant on',
  details: [
    'Events created before the instant count in the version bound before, events created from it on in the new one (BoundToV2Since). The instant lies in the future, so that every member can promise not to pass it; without --since it is the earliest valid one.',
    'The group may be stopped or at work. It works by a proposal in the control log, the list of the group’s members, their answers, and the confirmation. Running it again changes nothing; a run that died is gone on with. Binding back is binding to the older version.',
    'With --dry-run nothing is written: the decision is shown with its evidence.',
  ],
  arguments: [{ syntax: '<type>', describes: 'the event type' }],
  options: [
    { flags: '--group <name>', describes: 'the consumer group', required: true },
    { flags: '--to <version>', describes: 'the version that counts from then on', required: true },
    {
      flags: '--since <instant>',
      describes: 'such as 2026-12-01T00:00:00Z (default: the earliest valid one)',
    },
    { flags: '--dry-run', describes: 'show the decision and its evidence only' },
    { flags: '--lease-ms <ms>', describes: `lease of the members (default ${defaultBindTimings.leaseMs})` },
    {
      flags: '--margin-ms <ms>',
      describes: 'how far a publisher’s clock may run ahead (default: what the topics enforce)',
    },
    { flags: '--reason <text>', describes: 'why, for the control log' },
  ],
  exits: ['pending', 'unknown'],
  examples: [
    'baton bind lending.BooksBorrowed --group reminders --to 2 --dry-run',
    'baton bind lending.BooksBorrowed --group reminders --to 2 --since 2026-12-01T00:00:00Z',
  ],
  input: z.object({
    type: eventTypeInput,
    group: groupInput,
    to: versionInput,
    since: instantInput.optional(),
    dryRun: z.boolean().default(false),
    leaseMs: millisInput.default(defaultBindTimings.leaseMs),
    marginMs: millisInput.optional(),
    reason: z.string().default('baton bind'),
  }),
  output: bindOutput,
  run: async (input, context) => {
    const { name, versions } = chosenEntry(context, input.type, [input.to]);
    const known = versionsUpTo(Math.max(...versions.map((one) => one.version)));
    const marginMs = input.marginMs ?? (await enforcedMargin(name, known, context));
    const result = await withControl(context, async ({ follower, presence }) =>
      bindGroup(
        { ...factSources(context), presence, follower, clock: context.clock, newId: context.newId },
        {
          group: input.group,
          eventType: name,
          version: input.to,
          ...(input.since === undefined ? {} : { since: input.since }),
        },
        {
          by: context.who,
          reason: input.reason,
          versions: known,
          timings: { ...defaultBindTimings, leaseMs: input.leaseMs, marginMs },
          dryRun: input.dryRun,
          progress: (step) => context.progress.step(progressText(step)),
        },
      ),
    );
    return {
      document: bindDocument(result, input.dryRun),
      exit: exitOfBind(result),
      next: nextStep(input, result),
    };
  },
  render: renderBind,
});

const progressText = (step: BindProgress): string => {
  switch (step.kind) {
    case 'decided':
      return `decided: ${step.decision.kind}`;
    case 'appended':
      return `${new Date(step.at).toISOString()} ${step.entry.kind}`;
    case 'waiting':
      return `waiting for ${step.silent.length} member(s) until ${new Date(step.until).toISOString()}`;
  }
};

/** Reasons that somebody else can take away, so that the same command succeeds later. */
const passing: readonly ReasonCode[] = [
  'group-not-registered',
  'topic-missing',
  'version-not-handled',
  'version-not-subscribed',
];

const exitOfBind = ({ kind, because, decision }: BindResult): Exit => {
  if (kind === 'bound' || kind === 'already-bound') return 'ok';
  if (kind === 'planned' && decision.kind !== 'refuse') return 'ok';
  if (kind === 'withdrawn') return 'pending';
  if (because.some(({ code }) => code === 'group-unreadable')) return 'unknown';
  return because.every(({ code }) => passing.includes(code)) ? 'pending' : 'failure';
};

const nextStep = ({ type, group, to, since }: BindInput, { kind, decision }: BindResult): string => {
  const again = `baton bind ${type} --group ${group} --to ${to}`;
  if (kind === 'planned' && decision.kind !== 'refuse') {
    return since === undefined ? again : `${again} --since ${formatInstant(since)}`;
  }
  if (kind === 'bound' || kind === 'already-bound') return `baton status ${type}`;
  return `mend the reasons above, then: ${again}`;
};
