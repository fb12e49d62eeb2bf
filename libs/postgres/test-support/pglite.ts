import type { PgliteModule } from '../src/embedded/embedded-database';

declare global {
  // put there by jest-environment.js
  var pgliteOutsideOfJest: (() => PgliteModule) | undefined;
}

/** PGlite in a test; the test file has to name the environment of this package. */
export const loadPglite = async (): Promise<PgliteModule> => {
  if (globalThis.pgliteOutsideOfJest === undefined)
    throw new Error('the test does not run in jest-environment.js');
  return globalThis.pgliteOutsideOfJest();
};
