import { isBatonError } from '@baton/core';
import type { ProcessPort } from './process-port';

/** Exit codes of a service. */
export const exitCodes = { failed: 1, configuration: 64 } as const;

export interface RunDeps {
  readonly process: ProcessPort;
  readonly stderr: { write(text: string): unknown };
}

/**
 * Runs the wiring of a service. If it cannot start, the reason is written to `stderr` and the process ends: with 64 if
 * the configuration is at fault, otherwise with 1.
 */
export const runService = async (main: () => Promise<void>, { process, stderr }: RunDeps): Promise<void> => {
  try {
    await main();
  } catch (error) {
    stderr.write(`${textOf(error)}\n`);
    process.exit(isBatonError(error, 'invalid-configuration') ? exitCodes.configuration : exitCodes.failed);
  }
};

const textOf = (error: unknown): string => {
  if (isBatonError(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};
