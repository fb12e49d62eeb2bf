import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { BatonError } from '@baton/core';
import type { Answer, Command, NumberedCommand } from '../workers/commands';
import { settingsVariable, type WorkerSettings } from '../workers/settings';

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

/** One incarnation of a worker. */
export interface WorkerProcess {
  readonly pid: number;
  /** Resolves once it has said that it is ready; never, if it ends before. */
  readonly ready: Promise<void>;
  readonly ended: Promise<Ending>;
  /** Resolves once the worker has carried the command out; rejects if it could not, ended, or took too long. */
  tell(command: Command, limitMs?: number): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

export interface StartWorkerDeps {
  /** Folder of the compiled worker programs. */
  readonly programs: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
}

/** Starts a worker in a group of its own, so that a Ctrl-C on the terminal does not reach it by itself. */
export const startWorker = (settings: WorkerSettings, deps: StartWorkerDeps): WorkerProcess => {
  const log = openSync(deps.logFile, 'a');
  const child = spawn(process.execPath, [join(deps.programs, `${settings.role}-main.js`)], {
    env: { ...deps.env, [settingsVariable]: JSON.stringify(settings) },
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  const { pid } = child;
  if (pid === undefined) {
    throw new BatonError('chaos-failed', `Expected ${settings.instance} to start, but it did not.`);
  }
  const ended = new Promise<Ending>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const answers = followAnswers(child);
  return {
    pid,
    ready: answers.ready,
    ended,
    tell: (command, limitMs = 20_000) => {
      const { number, answered } = answers.expect();
      const message: NumberedCommand = { number, command };
      child.send(message, () => {});
      return within(answered, {
        limitMs,
        ended,
        what: `${settings.instance} to carry out ${command.do}`,
      });
    },
    signal: (signal) => void child.kill(signal),
  };
};

const followAnswers = (child: ChildProcess) => {
  const waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  let numbers = 0;
  let isReady = (): void => {};
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  child.on('message', (message) => {
    const answer = message as Answer;
    if (answer.say === 'ready') return isReady();
    const expected = waiting.get(answer.number);
    waiting.delete(answer.number);
    if (answer.error === undefined) expected?.resolve();
    else expected?.reject(new BatonError('chaos-failed', `A worker answered: ${answer.error}`));
  });
  return {
    ready,
    expect: () => {
      numbers += 1;
      const number = numbers;
      const answered = new Promise<void>((resolve, reject) => waiting.set(number, { resolve, reject }));
      return { number, answered };
    },
  };
};

const within = async (
  answered: Promise<void>,
  { limitMs, ended, what }: { limitMs: number; ended: Promise<Ending>; what: string },
): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new BatonError('chaos-failed', `Expected ${what} within ${limitMs} ms.`)),
      limitMs,
    );
  });
  const gone = ended.then(() => {
    throw new BatonError('chaos-failed', `Expected ${what}, but it ended.`);
  });
  try {
    await Promise.race([answered, late, gone]);
  } finally {
    clearTimeout(timer);
  }
};
