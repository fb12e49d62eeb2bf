import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { BatonError } from '@baton/core';

/** One key, by which its seals are told. */
export interface PublicKey {
  /** Sixteen hexadecimal digits made from the key itself. */
  readonly id: string;
  readonly publicKey: KeyObject;
}

/**
 * The key whose holders may decide about migrations. Everybody who follows the log has its public half, and keeps it:
 * where the log has changed its key, it says so with a seal of the key before.
 */
export interface MigrationKey extends PublicKey {
  /** The private half of the key that decides today. Left out where entries are only read, or only answers are written. */
  readonly signer?: Signer;
}

/** Who can seal. */
export interface Signer extends PublicKey {
  readonly privateKey: KeyObject;
}

/**
 * Reads an Ed25519 key, private or public, as PEM text. Where the log has changed its key, a script gives two: the
 * public key that the log began with, and behind it the private one of today. Throws `invalid-configuration` for
 * anything else.
 */
export const readMigrationKey = (pem: string): MigrationKey => {
  const blocks = pem.match(block) ?? [];
  const [first = pem, second, ...more] = blocks;
  if (second === undefined) return { ...publicHalf(first), ...signerIn(first) };
  if (more.length === 0 && !isPrivate(first) && isPrivate(second))
    return { ...publicHalf(first), ...signerIn(second) };
  throw invalid('more than one key, which are not a public one and a private one behind it');
};

/** Reads the public key of a `key-changed` entry; `undefined` if there is none in it. */
export const decodePublicKey = (text: string): PublicKey | undefined => {
  try {
    return named(createPublicKey({ key: Buffer.from(text, 'base64'), type: 'spki', format: 'der' }));
  } catch {
    return undefined;
  }
};

/** The form that a `key-changed` entry names a key in. */
export const encodePublicKey = ({ publicKey }: PublicKey): string => derOf(publicKey).toString('base64');

const block = /-----BEGIN ([A-Z ]+)-----[\s\S]*?-----END \1-----/g;

const isPrivate = (pem: string): boolean => pem.includes('PRIVATE KEY');

const signerIn = (pem: string): { readonly signer?: Signer } =>
  isPrivate(pem) ? { signer: { ...publicHalf(pem), privateKey: createPrivateKey(pem) } } : {};

const publicHalf = (pem: string): PublicKey => {
  try {
    return named(createPublicKey(pem));
  } catch (cause) {
    throw invalid(isPrivate(pem) ? 'a private key that cannot be used' : reasonOf(cause), cause);
  }
};

const named = (publicKey: KeyObject): PublicKey => {
  if (publicKey.asymmetricKeyType !== 'ed25519')
    throw new Error(`a key of type ${publicKey.asymmetricKeyType}`);
  return { id: createHash('sha256').update(derOf(publicKey)).digest('hex').slice(0, 16), publicKey };
};

const derOf = (publicKey: KeyObject): Buffer => publicKey.export({ type: 'spki', format: 'der' });

const invalid = (got: string, cause?: unknown): BatonError =>
  new BatonError(
    'invalid-configuration',
    `Expected an Ed25519 migration key as PEM text, got ${got}. Make one with: openssl genpkey -algorithm ed25519`,
    { cause },
  );

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
