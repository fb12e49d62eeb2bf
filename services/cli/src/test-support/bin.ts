import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** How a run of the command ended, and what it wrote. */
export interface BinRun {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const bin = join(__dirname, '..', '..', 'bin', 'baton.js');

export interface BinOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Interrupts it, as Ctrl-C does, once standard error shows this. */
  readonly interruptAfter?: RegExp;
}

/** Runs the built command as a process of its own. */
export const runBin = (
  args: readonly string[],
  { cwd, env = process.env, interruptAfter }: BinOptions,
): Promise<BinRun> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const written = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      written.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      written.stderr += chunk;
      if (interruptAfter?.test(written.stderr) && !child.killed) child.kill('SIGINT');
    });
    child.once('error', reject);
    child.once('close', (exit) => resolve({ exit, ...written }));
  });
