import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Where and with which environment a process runs. */
export interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Runs a script as a reader would paste it, and returns its standard output; throws if a command fails. */
export const runScript = async (script: string, place: Place): Promise<string> => {
  const started = start(script, place, scriptLimitMs);
  const exit = await started.ended;
  if (exit === 0) return started.stdout();
  throw new Error(
    `Expected exit code 0, got ${exit} from:\n${script}\n${started.stdout()}\n${started.stderr()}`,
  );
};

/** A program that goes on running until Ctrl-C. */
export interface Background {
  /** Resolves with the lines since the last call once there are `count` of them. */
  lines(count: number): Promise<readonly string[]>;
  /** Presses Ctrl-C; resolves with the exit code. */
  interrupt(): Promise<number | null>;
}

const scriptLimitMs = 150_000;
const patienceMs = 60_000;

/** Starts a program in the background. */
export const startBackground = (script: string, place: Place): Background => {
  const { child, ended, stdout, stderr } = start(`exec ${script}`, place);
  let seen = 0;
  const all = (): readonly string[] => stdout().split('\n').slice(0, -1);
  return {
    lines: async (count) => {
      const until = Date.now() + patienceMs;
      while (all().length < seen + count) {
        if (child.exitCode !== null || Date.now() > until) {
          throw new Error(`Expected ${count} more lines, got "${all().slice(seen).join('\n')}". ${stderr()}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const found = all().slice(seen);
      seen = all().length;
      return found;
    },
    interrupt: () => {
      child.kill('SIGINT');
      const giveUp = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      return ended.finally(() => clearTimeout(giveUp));
    },
  };
};

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  stdout(): string;
  stderr(): string;
}

const start = (script: string, { cwd, env }: Place, timeout?: number): Started => {
  const child = spawn('bash', ['-ec', script], { cwd, env, timeout, stdio: ['ignore', 'pipe', 'pipe'] });
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    written.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    written.stderr += chunk;
  });
  const ended = once(child, 'close').then(([exit]) => exit);
  return { child, ended, stdout: () => written.stdout, stderr: () => written.stderr };
};
