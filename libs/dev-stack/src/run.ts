import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onOutput?: (text: string) => void;
  /** Whom it runs as; only root can choose. */
  readonly user?: { readonly uid?: number; readonly gid?: number };
}

export interface RunResult {
  readonly exitCode: number | 'not-found' | 'killed';
  /** Standard output and standard error as they came. */
  readonly output: string;
}

/** Runs a command to its end. Never rejects: a command that does not exist is a result too. */
export const run = (
  command: string,
  args: readonly string[],
  { env, cwd, timeoutMs, signal, onOutput, user }: RunOptions,
): Promise<RunResult> =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: endOf(signal, timeoutMs),
      ...(cwd === undefined ? {} : { cwd }),
      ...user,
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
      onOutput?.(chunk.toString());
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) =>
      resolve({ exitCode: 'code' in error && error.code === 'ENOENT' ? 'not-found' : 'killed', output }),
    );
    child.once('close', (code) => resolve({ exitCode: code ?? 'killed', output }));
  });

/** Not the timeout of `spawn`, which keeps the process waiting for it when the command does not exist. */
const endOf = (signal: AbortSignal | undefined, timeoutMs: number | undefined): AbortSignal =>
  AbortSignal.any([signal ?? [], timeoutMs === undefined ? [] : AbortSignal.timeout(timeoutMs)].flat());
