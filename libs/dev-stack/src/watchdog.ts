import { rm } from 'node:fs/promises';
import { isAlive, type ProcessIdentity } from './process-identity';
import { silentReporter } from './reporter';
import { stopAt } from './running-stack';
import { ephemeralPlace, readState } from './state';
import { waitFor } from './wait';
import type { Environment } from './ways';

export interface Watch {
  /** Folder of an ephemeral stack. */
  readonly folder: string;
  readonly name: string;
  /** The process for whose sake the stack exists. */
  readonly parent: ProcessIdentity;
  readonly env: Environment;
}

const forEver = Number.MAX_SAFE_INTEGER;

/** Resolves once the stack is gone: stopped by its parent, or here because the parent ended without doing so. */
export const watchOver = async ({ folder, name, parent, env }: Watch): Promise<void> => {
  const place = ephemeralPlace(folder, name);
  let seen = false;
  await waitFor(
    async () => {
      const present = (await readState(place.stateFile)) !== undefined;
      const stopped = seen && !present;
      seen = seen || present;
      return stopped || !(await isAlive(parent));
    },
    { timeoutMs: forEver, everyMs: 300 },
  );
  if (await isAlive(parent)) return;
  await stopAt(place, { env, reporter: silentReporter }, true);
  await rm(folder, { recursive: true, force: true });
};
