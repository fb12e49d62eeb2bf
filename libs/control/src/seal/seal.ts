import { randomUUID, sign, verify } from 'node:crypto';
import { canonical } from './canonical';
import type { PublicKey, Signer } from './migration-key';

/** What says that the holder of a key has written an entry. */
export interface Seal {
  /** The id of the key. */
  readonly key: string;
  /** Makes every seal another one, so that a copied entry is told from one that is written twice. */
  readonly nonce: string;
  readonly signature: string;
}

/** The entry with a seal. */
export const sealed = (value: object, logId: string, { id, privateKey }: Signer): object => {
  const nonce = randomUUID();
  const signature = sign(null, message(value, logId, nonce), privateKey).toString('base64');
  return { ...value, seal: { key: id, nonce, signature } satisfies Seal };
};

/** Whether the seal of an entry is one of this key, for this entry of this log. */
export const holds = (
  value: object,
  { logId, seal, key }: { readonly logId: string; readonly seal: Seal; readonly key: PublicKey },
): boolean => {
  const { seal: _, ...bare } = value as { readonly seal?: unknown };
  return verify(null, message(bare, logId, seal.nonce), key.publicKey, Buffer.from(seal.signature, 'base64'));
};

/** The seal of an entry, whether or not it holds. */
export const sealOf = (value: object): Seal | undefined => {
  const seal: unknown = 'seal' in value ? value.seal : undefined;
  if (typeof seal !== 'object' || seal === null) return undefined;
  const { key, nonce, signature } = seal as Partial<Record<keyof Seal, unknown>>;
  return typeof key === 'string' && typeof nonce === 'string' && typeof signature === 'string'
    ? { key, nonce, signature }
    : undefined;
};

/** What is signed names the log, so that an entry cannot be carried over from another one. */
const message = (value: object, logId: string, nonce: string): Buffer =>
  Buffer.from(canonical({ log: logId, nonce, entry: value }));
