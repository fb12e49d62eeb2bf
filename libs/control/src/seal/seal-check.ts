import type { LoggedEntry } from '../ports/log';
import { isDeciding } from './deciding';
import { decodePublicKey, type PublicKey } from './migration-key';
import { holds, sealOf } from './seal';

/** Tells, entry by entry from the first one on, which deciding ones have no seal that holds. */
export interface SealCheck {
  /** The entry as the fold is to see it. */
  entry(entry: LoggedEntry): LoggedEntry;
  /** The key that decides by now. */
  deciding(): PublicKey;
  /** Whether decisions need a seal by now. */
  begun(): boolean;
  /** Another key that has sealed before the first one did: nobody can tell what it held for void. */
  other(): string | undefined;
}

/** `first` is the key that the log begins with; those that follow it are named in the log. */
export const createSealCheck = (logId: string, first: PublicKey): SealCheck => {
  const nonces = new Set<string>();
  const keys = new Set([first.id]);
  let deciding = first;
  let state: 'before' | 'begun' = 'before';
  let other: string | undefined;
  const whyNot = (value: object): string | undefined => {
    const seal = sealOf(value);
    if (seal === undefined) return 'it carries no seal of the migration key';
    if (seal.key !== deciding.id) return `it is sealed with another key, ${seal.key}`;
    if (!holds(value, { logId, seal, key: deciding })) return 'its seal does not hold';
    if (nonces.has(seal.nonce)) return 'it is a copy of an earlier entry';
    nonces.add(seal.nonce);
    return undefined;
  };
  const follow = (value: object): string | undefined => {
    const next = nextKey(value);
    if (next === undefined) return 'it names no key';
    if (keys.has(next.id)) return `the log has had the key ${next.id} before`;
    keys.add(next.id);
    deciding = next;
    return undefined;
  };
  return {
    begun: () => state === 'begun',
    deciding: () => deciding,
    other: () => other,
    entry: (entry) => {
      const { value } = entry;
      if (!isDeciding(value)) return entry;
      const unsealed = whyNot(value);
      if (unsealed === undefined) {
        state = 'begun';
        const useless = value.kind === 'key-changed' ? follow(value) : undefined;
        return useless === undefined ? entry : { ...entry, unsealed: useless };
      }
      if (state === 'begun') return { ...entry, unsealed };
      const sealedBy = sealOf(value)?.key;
      if (sealedBy !== first.id) other ??= sealedBy;
      return entry;
    },
  };
};

const nextKey = (value: object): PublicKey | undefined =>
  'key' in value && typeof value.key === 'string' ? decodePublicKey(value.key) : undefined;
