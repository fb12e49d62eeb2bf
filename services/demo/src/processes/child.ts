import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { BatonError } from '@baton/core';

export interface ChildOptions {
  /** The stable instance name. */
  readonly name: string;
  readonly script: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Everything the process writes is appended here. */
  readonly logFile: string;
}

/** How a process ended, in words. */
export type Ending = string;

/** A service that runs as a process of its own. */
export interface Child {
  readonly name: string;
  readonly logFile: string;
  /** Resolves with the port of its HTTP interface once it says that it listens. Rejects if it ends before. */
  readonly port: Promise<number>;
  readonly ended: Promise<Ending>;
  hasEnded(): boolean;
  /**
   * Asks it to finish and waits; it must end with 0 within the limit, otherwise it is killed and this rejects.
   * Safe to call twice: a second signal would make a service exit without finishing.
   */
  stop(): Promise<void>;
}

const stopLimitMs = 20_000;

/**
 * Starts a process in a group of its own, so that a Ctrl-C on the terminal reaches this process only. Should this
 * process be killed, the child is told by the end of its channel, and finishes by itself.
 */
export const startChild = ({ name, script, cwd, env, logFile }: ChildOptions): Child => {
  const log = createWriteStream(logFile, { flags: 'a' });
  const child = spawn(process.execPath, [script], {
    cwd,
    env,
    detached: true,
    // The channel tells the service when this process is gone.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let exit: { readonly code: number | null; readonly words: Ending } | undefined;
  const ended = new Promise<Ending>((resolve) => {
    const end = (code: number | null, words: Ending) => {
      exit ??= { code, words };
      resolve(words);
    };
    child.on('error', (error) => end(null, error.message));
    child.on('close', (code, signal) =>
      end(code, signal === null ? `exit code ${code}` : `signal ${signal}`),
    );
  });
  void ended.then(() => log.end());
  const [, stdout, stderr] = child.stdio;
  if (stdout === null || stderr === null) throw new Error('unreachable: both are pipes');
  stderr.on('data', (part: Buffer) => log.write(part));

  const lines = createInterface({ input: stdout });
  lines.on('line', (line) => log.write(`${line}\n`));
  const port = Promise.race([
    new Promise<number>((resolve) => {
      lines.on('line', (line) => {
        const found = listeningPort(line);
        if (found !== undefined) resolve(found);
      });
    }),
    ended.then((words) => {
      throw failed(name, `to listen, but it ended (${words})`, logFile);
    }),
  ]);
  port.catch(() => undefined);

  let stopping: Promise<void> | undefined;
  const finish = async (): Promise<void> => {
    if (exit === undefined) child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
    await ended;
    clearTimeout(killer);
    if (exit?.code !== 0) throw failed(name, `to finish with exit code 0, got ${exit?.words}`, logFile);
  };
  const stop = (): Promise<void> => {
    stopping ??= finish();
    return stopping;
  };
  return { name, logFile, port, ended, hasEnded: () => exit !== undefined, stop };
};

/** The port in the log line "listening"; `undefined` for every other line. */
export const listeningPort = (line: string): number | undefined => {
  if (!line.includes('listening')) return undefined;
  try {
    const fields: unknown = JSON.parse(line);
    if (typeof fields !== 'object' || fields === null || !('port' in fields)) return undefined;
    if (!('msg' in fields) || fields.msg !== 'listening') return undefined;
    return typeof fields.port === 'number' ? fields.port : undefined;
  } catch {
    return undefined;
  }
};

/** Says what was expected of a process of the demonstration, and where its log is. */
export const failed = (name: string, expected: string, logFile: string): BatonError =>
  new BatonError('demo-failed', `Expected ${name} ${expected}. Read its log: ${logFile}`);
