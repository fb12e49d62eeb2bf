import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { BatonError } from '@baton/core';

/** The key whose holders may decide about migrations. Everybody who follows the log has its public half. */
export interface MigrationKey {
  readonly id: string;
  readonly publicKey: KeyObject;
  /** Left out where entries are only read, or only answers are written. */
  readonly privateKey?: KeyObject;
}

/** Reads an Ed25519 key, private or public, as PEM text; throws `invalid-configuration` for anything else. */
export const readMigrationKey = (pem: string): MigrationKey => {
  const isPrivate = pem.includes('PRIVATE KEY');
  try {
    const publicKey = createPublicKey(pem);
    if (publicKey.asymmetricKeyType !== 'ed25519')
      throw new Error(`a key of type ${publicKey.asymmetricKeyType}`);
    const der = publicKey.export({ type: 'spki', format: 'der' });
    const id = createHash('sha256').update(der).digest('hex').slice(0, 16);
    return { id, publicKey, ...(isPrivate ? { privateKey: createPrivateKey(pem) } : {}) };
  } catch (cause) {
    throw new BatonError(
      'invalid-configuration',
      `Expected an Ed25519 migration key as PEM text, got ${isPrivate ? 'a private key that cannot be used' : reasonOf(cause)}. Make one with: openssl genpkey -algorithm ed25519`,
    );
  }
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
