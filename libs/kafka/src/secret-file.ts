import { readFileSync } from 'node:fs';
import { BatonError } from '@baton/core';

/**
 * Reads a certificate, key or secret from a file, as everything of the platform does: without the line end that an
 * editor leaves, and with every other space. Throws `invalid-configuration` where there is no such file.
 */
export const readSecretFile = (file: string): string => {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new BatonError(
      'invalid-configuration',
      `Expected a certificate, key or secret at ${file}, found no file that can be read.`,
      { cause },
    );
  }
};
