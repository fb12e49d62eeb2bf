import { readPresence } from '@baton/control';
import { BatonError } from '@baton/core';
import { delay } from '@baton/messaging';
import { z } from 'zod';
import type { Context } from '../context';
import { type ControlAccess, withControl } from '../control-access';
import { chosenCatalog } from './catalog-input';
import { defineCommand } from './command';
import { type EvidenceInput, evidenceFields, evidenceFlags } from './evidence-input';
import { millisInput } from './inputs';
import { type LagSamples, readMigrations } from './read-migrations';
import { readEventTypeStatus } from './read-status';
import { type EventTypeStatus, type StatusDocument, statusOutput } from './status-document';
import { renderStatus } from './status-text';

/** `baton status` */
export const status = defineCommand({
  path: ['status'],
  summary: 'Show bindings, positions and lag of every group, and whether it is drained',
  details: [
    'A group is drained of an older version once it has committed everything of it that was visible at the cut. What is not known is shown as “?” or unknown, never as zero.',
    'Of a version that was announced to go away it also shows how far each group is on its way past it, when it was last written, and whether publishers can stop. With --watch it looks again and again until it is interrupted, and says where each backlog goes.',
    'With one event type the positions are shown by partition.',
  ],
  arguments: [{ syntax: '[type]', describes: 'only this event type' }],
  options: [
    { flags: '--watch', describes: 'look again and again; with -o table or jsonl' },
    { flags: '--every-ms <ms>', describes: 'how long to wait between two looks (default 2000)' },
    ...evidenceFlags.filter(({ flags }) => /--without-(outbox|dead-letters)/.test(flags)),
  ],
  examples: ['baton status', 'baton status lending.BooksBorrowed -o json', 'baton status --watch'],
  input: z.object({
    type: z.string().optional(),
    watch: z.boolean().default(false),
    everyMs: millisInput.default(2_000),
    withoutOutbox: evidenceFields.withoutOutbox,
    withoutDeadLetters: evidenceFields.withoutDeadLetters,
  }),
  output: statusOutput,
  lines: statusOutput,
  run: async ({ type, watch, everyMs, ...said }, context) => {
    // a look at strangers takes time, which a status need not spend: their members are seen without
    const evidence = { ...z.object(evidenceFields).parse({}), ...said, observeMs: 0 };
    const look = { type, evidence, samples: new Map() };
    const document = await withControl(context, async (access) => {
      for (;;) {
        const seen = await readStatus(look, access, context);
        const shown = context.line({ document: seen, text: (style) => renderStatus(seen, style) });
        if (!watch) return seen;
        if (shown === 'held') throw oneDocumentOnly();
        await delay(context.clock, everyMs);
      }
    });
    return { document, exit: 'ok', next: nextStep(document.eventTypes) };
  },
  // it is written as a line
  render: () => '',
});

interface Look {
  readonly type: string | undefined;
  readonly evidence: EvidenceInput;
  readonly samples: LagSamples;
}

const readStatus = async (
  { type, evidence, samples }: Look,
  access: ControlAccess,
  context: Context,
): Promise<StatusDocument> => {
  const { follower, presence } = access;
  await follower.catchUp();
  const known = { follower, presence: await readPresence(presence) };
  const eventTypes: EventTypeStatus[] = [];
  for (const entry of chosenCatalog(context, type).entries) {
    eventTypes.push({
      ...(await readEventTypeStatus(entry, known, context)),
      migrations: await readMigrations(entry, { access, evidence, samples }, context),
    });
  }
  return { schemaVersion: 1, eventTypes };
};

const oneDocumentOnly = (): BatonError =>
  new BatonError(
    'invalid-argument',
    'Expected -o table or -o jsonl with --watch, got a format of one document. Take -o jsonl: a line for each look.',
  );

/** The first thing that a group still has to do. */
const nextStep = (eventTypes: readonly EventTypeStatus[]): string => {
  for (const { eventType, topics, groups } of eventTypes) {
    const newest = Math.max(...Object.keys(topics).map(Number));
    const behind = groups.find(({ version }) => version !== null && version < newest);
    if (behind !== undefined) {
      return `baton bind ${eventType} --group ${behind.group} --to ${newest} --dry-run`;
    }
    const unregistered = groups.find(({ version }) => version === null);
    if (unregistered !== undefined)
      return `start ${unregistered.group}, so that it registers, then: baton status`;
    const draining = groups.find(({ drained }) => drained !== 'yes');
    if (draining !== undefined) return `wait until ${draining.group} is drained: baton status ${eventType}`;
  }
  return 'baton doctor';
};
