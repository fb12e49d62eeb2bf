import { spawn } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BatonError } from '@baton/core';

/**
 * Runs the real `baton` command with `-o json` and answers its document. Throws `demo-failed` unless it exits as
 * expected, by default with 0.
 */
export type BatonCommand = (
  args: readonly string[],
  expected?: { readonly exits: readonly number[] },
) => Promise<unknown>;

export interface BatonCommandDeps {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Every call, its document and what it wrote besides are appended here. */
  readonly logFile: string;
  /** Ends the command that runs. */
  readonly signal: AbortSignal;
}

const limitMs = 60_000;

/** Each call is a process of its own, as a person would run it. */
export const createBatonCommand =
  ({ logFile, ...deps }: BatonCommandDeps): BatonCommand =>
  async (args, { exits } = { exits: [0] }) => {
    const called = `baton ${args.join(' ')} -o json`;
    const { code, stdout, stderr } = await run({ ...deps, args: [...args, '-o', 'json'] });
    await appendFile(logFile, `$ ${called}\n${stderr}${stdout}\n`);
    if (code === null || !exits.includes(code)) {
      throw new BatonError(
        'demo-failed',
        `Expected \`${called}\` to exit with ${exits.join(' or ')}, got ${code ?? 'no exit code'}. It said:\n${stderr.trim()}\n${stdout.trim()}`,
      );
    }
    try {
      return JSON.parse(stdout);
    } catch {
      throw new BatonError('demo-failed', `Expected one JSON document from \`${called}\`, got: ${stdout}`);
    }
  };

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const run = ({
  root,
  env,
  signal,
  args,
}: Omit<BatonCommandDeps, 'logFile'> & { args: readonly string[] }): Promise<Run> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'services', 'cli', 'bin', 'baton.js'), ...args], {
      cwd: root,
      env,
      signal,
      timeout: limitMs,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.on('data', (part: Buffer) => err.push(part));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
