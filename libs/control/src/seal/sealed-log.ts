import { randomUUID, sign, verify } from 'node:crypto';
import { BatonError } from '@baton/core';
import type { EntryKind } from '../log/entries';
import type { ControlLog, LoggedEntry } from '../ports/log';
import { canonical } from './canonical';
import type { MigrationKey } from './migration-key';

/**
 * Which entries need a seal. Publishers and subscribers write the open ones: they register, answer, object, and
 * withdraw what nobody decided in time.
 */
const seals = {
  'key-adopted': 'sealed',
  'binding-proposed': 'sealed',
  'binding-listed': 'sealed',
  'binding-confirmed': 'sealed',
  'binding-withdrawn': 'sealed',
  announced: 'sealed',
  'deadline-moved': 'sealed',
  'veto-withdrawn': 'sealed',
  retiring: 'sealed',
  'retiring-withdrawn': 'sealed',
  'writes-refused': 'sealed',
  final: 'sealed',
  dropped: 'sealed',
  'group-registered': 'open',
  'publisher-registered': 'open',
  'binding-requested': 'open',
  'binding-acknowledged': 'open',
  'binding-refused': 'open',
  vetoed: 'open',
  'deprecated-allowed': 'open',
  'retiring-acknowledged': 'open',
} as const satisfies Record<EntryKind, 'sealed' | 'open'>;

interface Seal {
  readonly key: string;
  /** Makes every seal another one, so that a copied entry is told from one that is written twice. */
  readonly nonce: string;
  readonly signature: string;
}

/**
 * A control log whose deciding entries carry the signature of the migration key: a seal. They are sealed as they are
 * appended, if the private key is there, and checked as they are read; entries without a valid seal, and copies of
 * sealed ones, are delivered as `unsealed`, and the fold holds them for void. The log itself says where that begins:
 * at the first entry with a seal of this key. Until then everything counts, as it did before there was a key.
 */
export const sealedLog = (log: ControlLog, key: MigrationKey): ControlLog => {
  const check = createSealCheck(log.id, key);
  return {
    // readers with another key come to another state, and must not own partitions together with us
    id: `${log.id}#${key.id}`,
    append: async (value) => {
      if (!isDeciding(value)) return log.append(value);
      if (key.privateKey !== undefined) return log.append(sealed(value, log.id, key));
      // what nobody decided in time, anybody may withdraw
      if (value.kind === 'binding-withdrawn') return log.append(value);
      throw publicKeyOnly(value.kind);
    },
    assertMayAppend: (kind) => {
      if (seals[kind] === 'sealed' && key.privateKey === undefined) throw publicKeyOnly(kind);
    },
    isSealed: () => check.begun(),
    follow: (listener) => log.follow((entry) => listener(check.entry(entry))),
    catchUp: async () => {
      await log.catchUp();
      const other = check.other();
      if (other !== undefined) throw otherKey(other, `the key ${key.id}, which has sealed nothing before`);
    },
    close: log.close,
  };
};

/** A control log for whoever has no migration key: it cannot be read where decisions are sealed with one. */
export const unsealedLog = (log: ControlLog): ControlLog => {
  let sealedWith: string | undefined;
  return {
    ...log,
    follow: (listener) =>
      log.follow((entry) => {
        const { value } = entry;
        if (typeof value === 'object' && value !== null) sealedWith ??= sealOf(value)?.key;
        listener(entry);
      }),
    catchUp: async () => {
      await log.catchUp();
      if (sealedWith !== undefined) throw otherKey(sealedWith, 'none');
    },
  };
};

const otherKey = (expected: string, got: string): BatonError =>
  new BatonError(
    'invalid-configuration',
    `Expected the migration key ${expected}, with which the control log is sealed, got ${got}. Set MIGRATION_KEY_FILE.`,
  );

const publicKeyOnly = (kind: string): BatonError =>
  new BatonError(
    'not-authorized',
    `Expected the private migration key for ${kind}, got the public one, which only reads. Set MIGRATION_KEY_FILE to the private key.`,
  );

/** Tells, entry by entry from the first one on, which deciding ones have no seal that holds. */
const createSealCheck = (logId: string, key: MigrationKey) => {
  const used = new Set<string>();
  let state: 'before' | 'begun' = 'before';
  /** Another key that has sealed before this one: nobody can tell what it held for void. */
  let other: string | undefined;
  const whyNot = (value: object): string | undefined => {
    const seal = sealOf(value);
    if (seal === undefined) return 'it carries no seal of the migration key';
    if (seal.key !== key.id) return `it is sealed with another key, ${seal.key}`;
    if (!holds(value, { logId, seal, key })) return 'its seal does not hold';
    if (used.has(seal.nonce)) return 'it is a copy of an earlier entry';
    used.add(seal.nonce);
    return undefined;
  };
  return {
    begun: () => state === 'begun',
    other: () => other,
    entry: (entry: LoggedEntry): LoggedEntry => {
      if (!isDeciding(entry.value)) return entry;
      const unsealed = whyNot(entry.value);
      if (unsealed === undefined) {
        state = 'begun';
        return entry;
      }
      if (state === 'begun') return { ...entry, unsealed };
      const sealedBy = sealOf(entry.value)?.key;
      if (sealedBy !== key.id) other ??= sealedBy;
      return entry;
    },
  };
};

const isDeciding = (value: unknown): value is { readonly kind: string } =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  typeof value.kind === 'string' &&
  (seals as Readonly<Record<string, string>>)[value.kind] === 'sealed';

const sealed = (value: object, logId: string, key: MigrationKey): object => {
  const { privateKey } = key;
  if (privateKey === undefined) return value;
  const nonce = randomUUID();
  const signature = sign(null, message(value, logId, nonce), privateKey).toString('base64');
  return { ...value, seal: { key: key.id, nonce, signature } satisfies Seal };
};

const holds = (
  value: object,
  { logId, seal, key }: { readonly logId: string; readonly seal: Seal; readonly key: MigrationKey },
): boolean => {
  const { seal: _, ...bare } = value as { readonly seal?: unknown };
  return verify(null, message(bare, logId, seal.nonce), key.publicKey, Buffer.from(seal.signature, 'base64'));
};

/** What is signed names the log, so that an entry cannot be carried over from another one. */
const message = (value: object, logId: string, nonce: string): Buffer =>
  Buffer.from(canonical({ log: logId, nonce, entry: value }));

const sealOf = (value: object): Seal | undefined => {
  const seal: unknown = 'seal' in value ? value.seal : undefined;
  if (typeof seal !== 'object' || seal === null) return undefined;
  const { key, nonce, signature } = seal as Partial<Record<keyof Seal, unknown>>;
  return typeof key === 'string' && typeof nonce === 'string' && typeof signature === 'string'
    ? { key, nonce, signature }
    : undefined;
};
