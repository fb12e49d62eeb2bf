import { readPresence } from '@baton/control';
import { z } from 'zod';
import { withControl } from '../control-access';
import { chosenCatalog } from './catalog-input';
import { defineCommand } from './command';
import { readEventTypeStatus } from './read-status';
import { type EventTypeStatus, statusOutput } from './status-document';
import { renderStatus } from './status-text';

/** `baton status` */
export const status = defineCommand({
  path: ['status'],
  summary: 'Show bindings, positions and lag of every group, and whether it is drained',
  details: [
    'A group is drained of an older version once it has committed everything of it that was visible at the cut. What is not known is shown as “?” or unknown, never as zero.',
    'With one event type the positions are shown by partition.',
  ],
  arguments: [{ syntax: '[type]', describes: 'only this event type' }],
  examples: ['baton status', 'baton status lending.BooksBorrowed -o json'],
  input: z.object({ type: z.string().optional() }),
  output: statusOutput,
  run: async ({ type }, context) => {
    const { entries } = chosenCatalog(context, type);
    const eventTypes = await withControl(context, async ({ follower, presence }) => {
      const known = { follower, presence: await readPresence(presence) };
      const read: EventTypeStatus[] = [];
      for (const entry of entries) read.push(await readEventTypeStatus(entry, known, context));
      return read;
    });
    return { document: { schemaVersion: 1, eventTypes }, exit: 'ok', next: nextStep(eventTypes) };
  },
  render: renderStatus,
});

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
