import { BatonError } from '@baton/core';
import { type Signature, sign } from '../log/entries';
import type { ControlFollower } from '../log/follow-log';

/** Writes the first seal of the migration key into the log: from then on decisions need one. */
export const adoptKey = async (
  follower: ControlFollower,
  { by, reason }: Signature,
): Promise<'adopted' | 'already-adopted'> => {
  await follower.catchUp();
  const { kind } = follower.sealing();
  if (kind === 'sealed') return 'already-adopted';
  if (kind === 'no-key') {
    throw new BatonError(
      'invalid-configuration',
      'Expected a migration key to adopt, got none. Set MIGRATION_KEY_FILE to the private key.',
    );
  }
  await follower.append(sign({ kind: 'key-adopted' }, { by, reason }));
  await follower.catchUp();
  return 'adopted';
};
