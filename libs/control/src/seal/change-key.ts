import { BatonError } from '@baton/core';
import { type Signature, sign } from '../log/entries';
import type { ControlFollower } from '../log/follow-log';
import { encodePublicKey, type PublicKey } from './migration-key';

/** Lets the log go on with another migration key: from then on decisions need a seal of that one. */
export const changeKey = async (
  follower: ControlFollower,
  next: PublicKey,
  { by, reason }: Signature,
): Promise<{ readonly outcome: 'changed' | 'already-changed'; readonly from: string }> => {
  await follower.catchUp();
  const from = keyOf(follower);
  if (from === next.id) return { outcome: 'already-changed', from };
  await follower.append(sign({ kind: 'key-changed', key: encodePublicKey(next) }, { by, reason }));
  await follower.catchUp();
  const now = keyOf(follower);
  if (now === next.id) return { outcome: 'changed', from };
  throw new BatonError(
    'log-entry-void',
    `Expected the control log to go on with the migration key ${next.id}, but it goes on with ${now}: ${
      now === from ? 'it has had that key before' : 'somebody else changed it at the same time'
    }. Take a new key, or look at it again.`,
  );
};

const keyOf = (follower: ControlFollower): string => {
  const sealing = follower.sealing();
  if (sealing.kind === 'sealed') return sealing.key;
  throw new BatonError(
    'invalid-configuration',
    `Expected a control log with a migration key, got one ${
      sealing.kind === 'no-key' ? 'that is read without' : 'whose key is not adopted yet'
    }. Set MIGRATION_KEY_FILE to the private key of today, and run baton key adopt first.`,
  );
};
