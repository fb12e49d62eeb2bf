import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onOutput?: (text: string) => void;
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
  { env, cwd, timeoutMs, signal, onOutput }: RunOptions,
): Promise<RunResult> =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
      ...(signal === undefined ? {} : { signal }),
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
