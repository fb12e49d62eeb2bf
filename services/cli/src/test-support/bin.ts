import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { assertPublishedShape } from './output-documents';

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
  /** What standard input holds; nothing otherwise. */
  readonly input?: string;
  /** Interrupts it, as Ctrl-C does, once standard error shows this. */
  readonly interruptAfter?: RegExp;
}

/** Runs the built command as a process of its own, and holds its documents to the published schemas. */
export const runBin = (
  args: readonly string[],
  { cwd, env = process.env, input = '', interruptAfter }: BinOptions,
): Promise<BinRun> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const written = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      written.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      written.stderr += chunk;
      if (interruptAfter?.test(written.stderr) && !child.killed) child.kill('SIGINT');
    });
    child.once('error', reject);
    child.once('close', (exit) => {
      try {
        assertPublishedShape(args, { data: written.stdout, notes: written.stderr, exit });
        resolve({ exit, ...written });
      } catch (error) {
        reject(error);
      }
    });
  });
