import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../../..');

/** A service as a process of its own. */
export interface RunningService {
  readonly child: ChildProcess;
  /** Everything it wrote so far. */
  output(): string;
  /** Resolves once it is ready. */
  ready(): Promise<void>;
  url(path: string): string;
  /** Ends it, with SIGTERM unless told otherwise; answers its exit code or the signal. */
  end(signal?: NodeJS.Signals): Promise<number | string>;
}

/** Starts a service with nothing in its environment but what is given. */
export const runService = (
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): RunningService => {
  const child = spawn(process.execPath, [join(root, 'services', name, 'dist/main.js')], {
    cwd: root,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const url = (path: string) => {
    const port = /"port":(\d+).*"msg":"listening"/.exec(output)?.[1];
    if (port === undefined) throw new Error('not listening yet');
    return `http://127.0.0.1:${port}${path}`;
  };
  return {
    child,
    output: () => output,
    ready: () =>
      eventually(
        `${name} is ready`,
        async () => (await fetch(url('/readyz'))).ok,
        () => output,
      ),
    url,
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
};

/** Waits for a fact, at most two minutes; fails with what it saw last. */
export const eventually = async (
  what: string,
  isSo: () => Promise<boolean>,
  state: () => string,
): Promise<void> => {
  const end = Date.now() + 120_000;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > end) throw new Error(`Waited for: ${what}. Last seen:\n${state().slice(-4_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
