import type { ChildProcess } from 'node:child_process';
import { isBatonError } from '@baton/core';
import { help, parseCommand } from './options';
import { runOne } from './run-one';
import { runSeeds } from './run-seeds';

/** What the command has to do with the outside. */
export interface Shell {
  readonly args: readonly string[];
  readonly cores: number;
  readonly isTerminal: boolean;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Starts a worker process. */
  readonly startWorker: () => ChildProcess;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Wrong usage, as in sysexits.h. */
const wrongUsage = 64;

/** The `simulate` command; answers its exit code. */
export const simulate = async (shell: Shell): Promise<number> => {
  try {
    const command = parseCommand(shell.args, shell.cores);
    switch (command.kind) {
      case 'help':
        shell.out(help);
        return 0;
      case 'one':
        return await runOne(shell, command.options);
      case 'seeds':
        return await runSeeds(shell, command.options);
    }
  } catch (error) {
    if (!isBatonError(error)) throw error;
    shell.err(`${error.message}\n`);
    return error.code === 'invalid-argument' ? wrongUsage : 1;
  }
};
