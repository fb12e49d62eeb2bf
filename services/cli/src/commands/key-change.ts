import { resolve } from 'node:path';
import { changeKey, readMigrationKey } from '@baton/control';
import { BatonError } from '@baton/core';
import { readSecretFile } from '@baton/kafka';
import { z } from 'zod';
import { withControl } from '../control-access';
import { defineCommand } from './command';
import { schemaVersion } from './document-parts';

const output = z.strictObject({
  schemaVersion,
  outcome: z.enum(['changed', 'already-changed']),
  from: z.string().describe('Id of the key that decided before.'),
  to: z.string().describe('Id of the key that decides from now on.'),
});

/** `baton key change` */
export const keyChange = defineCommand({
  path: ['key', 'change'],
  summary:
    'Let the control log go on with another migration key: from then on decisions need a seal of that one',
  details: [
    'Run it with the private key of today. Services keep the public key that the log began with: the log says, with a seal of the key before, which one follows. Whoever decides needs a file with that first public key and the new private key behind it.',
  ],
  options: [
    { flags: '--to <file>', describes: 'the new private key (PEM); required' },
    { flags: '--reason <text>', describes: 'why, for the control log; required' },
  ],
  examples: ['baton key change --to new-key.pem --reason "the old one was on a lost laptop"'],
  input: z.object({
    to: z.string({ error: 'Give the file of the new private key as --to.' }).min(1),
    reason: z.string({ error: 'Give --reason, for the control log.' }).min(1),
  }),
  output,
  run: async ({ to, reason }, context) => {
    const { signer } = readMigrationKey(readSecretFile(resolve(context.cwd, to)));
    if (signer === undefined) {
      throw new BatonError(
        'invalid-argument',
        `Expected the new private key in ${to}, got a public one: a key that nobody has in private could never decide. Give the private one.`,
      );
    }
    const { outcome, from } = await withControl(context, ({ follower }) =>
      changeKey(follower, signer, { by: context.who, reason }),
    );
    const document = { schemaVersion: 1 as const, outcome, from, to: signer.id };
    return { document, exit: 'ok', next: 'baton status' };
  },
  render: ({ outcome, from, to }, style) =>
    outcome === 'changed'
      ? `${style.good('changed')} the migration key: ${to} decides from now on, ${from} no more`
      : `${style.good('already-changed')} the migration key is ${to}`,
});
