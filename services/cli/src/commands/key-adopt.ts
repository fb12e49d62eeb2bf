import { adoptKey } from '@baton/control';
import { z } from 'zod';
import { withControl } from '../control-access';
import { defineCommand } from './command';
import { schemaVersion } from './document-parts';

const output = z.strictObject({ schemaVersion, outcome: z.enum(['adopted', 'already-adopted']) });

/** `baton key adopt` */
export const keyAdopt = defineCommand({
  path: ['key', 'adopt'],
  summary: 'Write the first seal of the migration key into the control log: from then on decisions need one',
  details: [
    'What was decided before goes on to count. Give every service and every command the public key first: whoever has none cannot read the log any more.',
  ],
  options: [{ flags: '--reason <text>', describes: 'why, for the control log; required' }],
  examples: ['baton key adopt --reason "only the script decides"'],
  input: z.object({ reason: z.string({ error: 'Give --reason, for the control log.' }).min(1) }),
  output,
  run: async ({ reason }, context) => {
    const outcome = await withControl(context, ({ follower }) =>
      adoptKey(follower, { by: context.who, reason }),
    );
    return { document: { schemaVersion: 1 as const, outcome }, exit: 'ok', next: 'baton status' };
  },
  render: ({ outcome }, style) => `${style.good(outcome)} the migration key`,
});
