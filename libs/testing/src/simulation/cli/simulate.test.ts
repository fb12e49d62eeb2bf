import { fork } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simulate } from './main';

const worker = join(__dirname, '../../../bin/simulate-worker.js');

const shellFor = (args: readonly string[], signal = new AbortController().signal) => {
  const written = { out: '', err: '' };
  const shell = {
    args,
    cores: 2,
    isTerminal: false,
    signal,
    now: () => performance.now(),
    startWorker: () => fork(worker, [], { execArgv: [] }),
    out: (text: string) => {
      written.out += text;
    },
    err: (text: string) => {
      written.err += text;
    },
  };
  return { shell, written };
};

const run = async (...args: readonly string[]) => {
  const { shell, written } = shellFor(args);
  const exitCode = await simulate(shell);
  return { exitCode, ...written };
};

describe('the command', () => {
  it('says how it is used', async () => {
    expect(await run('--help')).toMatchObject({ exitCode: 0, out: expect.stringContaining('--seeds N') });
  });

  it.each([
    [['--seeds', 'many'], 'Expected --seeds to be a whole number from 1, got "many".'],
    [['--seeds', '0'], 'Expected --seeds to be a whole number from 1, got "0".'],
    [['--workers', '-1'], 'See --help.'],
    [['-o', 'yaml'], 'Expected -o text or -o json, got "yaml".'],
    [['--trace', '--seeds', '3'], 'Expected one run, got --seeds too.'],
    [['--plan', '/nowhere/plan.json'], 'Expected a plan in /nowhere/plan.json'],
    [['--unknown'], '--unknown'],
  ])('refuses %j and says what it expected', async (args, text) => {
    const { exitCode, err } = await run(...args);
    expect({ exitCode, err }).toEqual({ exitCode: 64, err: expect.stringContaining(text) });
  });

  it('ends with the numbers, and prints a document where one is asked for', async () => {
    const { out, exitCode } = await run('--seeds', '2', '--workers', '1', '-o', 'json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ schemaVersion: 1, migrations: 2, failing: [] });
  }, 120_000);

  it('prints everything that happens in one run, and runs the plan of another again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'baton-simulate-'));
    try {
      const { out } = await run('--from', '7', '--trace');
      expect(out).toMatch(/entry-stored[\s\S]*1 migrations, 0 lost/);
      const document = JSON.parse((await run('--from', '7', '--trace', '-o', 'json')).out);
      const file = join(folder, 'plan.json');
      await writeFile(file, JSON.stringify(document.plan));
      const again = JSON.parse((await run('--plan', file, '-o', 'json')).out);
      expect(again.digest).toBe(document.digest);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 120_000);

  it('goes on where it was stopped, and keeps another run out of its file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'baton-simulate-'));
    const file = join(folder, 'state.json');
    try {
      const first = await run('--seeds', '2', '--workers', '1', '--resume', file);
      expect(first.exitCode).toBe(0);
      const state = JSON.parse(await readFile(file, 'utf8'));
      await writeFile(file, JSON.stringify({ ...state, next: 1 }));
      const again = await run('--seeds', '2', '--workers', '1', '--resume', file);
      expect(again.out).toContain('2 migrations, 0 lost');
      expect(await run('--seeds', '3', '--resume', file)).toMatchObject({ exitCode: 64 });
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 120_000);

  it('stops when it is told to, and says so', async () => {
    const abort = new AbortController();
    const { shell, written } = shellFor(['--seeds', '100000', '--workers', '1'], abort.signal);
    const running = simulate(shell);
    abort.abort();
    expect(await running).toBe(1);
    expect(written.out).toContain('Stopped before the end');
  }, 120_000);
});
