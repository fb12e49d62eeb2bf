import { type ChildProcess, spawn } from 'node:child_process';
import type { Outcome } from './one-run';
import type { Row, Size } from './row';

export interface ChildRunDeps {
  /** The program that runs one contender once. */
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
  readonly size: Size;
  readonly signal: AbortSignal;
  readonly limitMs: number;
}

/** Runs one contender once in a fresh process, which is killed with all it started when it takes too long. Never rejects. */
export const runInChild = (
  row: Pick<Row, 'name'>,
  { contender, round }: { readonly contender: string; readonly round: number },
  { program, env, size, signal, limitMs }: ChildRunDeps,
): Promise<Outcome> =>
  new Promise((resolve) => {
    const args = ['--expose-gc', program, row.name, contender, String(round), size];
    // a group of its own, so that what it started ends with it; its input ends when this process does
    const child = spawn(process.execPath, args, { env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    const output = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      output.out += String(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output.err = (output.err + String(chunk)).slice(-4_000);
    });
    let ended = 'It ended without a result.';
    const end = (because: string) => {
      ended = because;
      killGroup(child);
    };
    const interrupt = () => end('It was interrupted.');
    const timer = setTimeout(() => end(`It took longer than ${limitMs / 1_000} s.`), limitMs);
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt);
    child.once('error', (error) => end(String(error)));
    child.once('close', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', interrupt);
      killGroup(child);
      resolve(outcomeIn(output.out) ?? { kind: 'failed', because: `${ended}\n${output.err}`.trimEnd() });
    });
  });

const killGroup = ({ pid }: ChildProcess): void => {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // the whole group has ended already
  }
};

/** The last line that is an outcome: libraries may have written others. */
const outcomeIn = (text: string): Outcome | undefined => {
  for (const line of text.trimEnd().split('\n').reverse()) {
    try {
      const value = JSON.parse(line) as { kind?: unknown } | null;
      if (['figures', 'missing', 'failed'].includes(String(value?.kind))) return value as Outcome;
    } catch {
      // not ours
    }
  }
  return undefined;
};
