import { BatonError } from '@baton/core';
import type { ControlLog } from '../ports/log';
import { isDeciding, needsSeal } from './deciding';
import type { MigrationKey, Signer } from './migration-key';
import { sealed, sealOf } from './seal';
import { createSealCheck } from './seal-check';

/**
 * A control log whose deciding entries carry the signature of the migration key: a seal. They are sealed as they are
 * appended, if the private key is there, and checked as they are read; entries without a valid seal, and copies of
 * sealed ones, are delivered as `unsealed`, and the fold holds them for void. The log itself says where that begins:
 * at the first entry with a seal of this key. Until then everything counts, as it did before there was a key. It also
 * says which key follows, with a seal of the one before.
 */
export const sealedLog = (log: ControlLog, key: MigrationKey): ControlLog => {
  const check = createSealCheck(log.id, key);
  const signerFor = (kind: string): Signer => {
    if (key.signer === undefined) throw publicKeyOnly(kind);
    const { id } = check.deciding();
    if (key.signer.id === id) return key.signer;
    throw new BatonError(
      'not-authorized',
      `Expected the private migration key ${id}, which decides in this control log by now, got ${key.signer.id}. Set MIGRATION_KEY_FILE to a file with the public key ${key.id} and behind it that private key.`,
    );
  };
  return {
    // readers with another key come to another state, and must not own partitions together with us
    id: `${log.id}#${key.id}`,
    append: async (value) => {
      if (!isDeciding(value)) return log.append(value);
      // what nobody decided in time, anybody may withdraw
      if (value.kind === 'binding-withdrawn' && key.signer === undefined) return log.append(value);
      return log.append(sealed(value, log.id, signerFor(value.kind)));
    },
    assertMayAppend: (kind) => {
      if (needsSeal(kind)) signerFor(kind);
    },
    sealedWith: () => (check.begun() ? check.deciding().id : undefined),
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
