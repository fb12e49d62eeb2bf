import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { simulate } from './cli/main';

const migrations = 3_000;
const limitMs = 11 * 60_000;

it(
  `finds nothing in ${migrations} migrations`,
  async () => {
    let out = '';
    const add = (text: string): void => {
      out += text;
    };
    const exitCode = await simulate({
      args: ['--seeds', String(migrations), '--from', '1'],
      cores: availableParallelism(),
      isTerminal: false,
      signal: AbortSignal.timeout(limitMs - 10_000),
      now: () => performance.now(),
      startWorker: () => fork(join(__dirname, '../../bin/simulate-worker.js'), [], { execArgv: [] }),
      out: add,
      err: () => {},
    });
    expect(`${out}exit code ${exitCode}`).toContain(
      `${migrations} migrations, 0 lost, 0 doubled, 0 torn, 0 out of order, 0 stuck\nexit code 0`,
    );
  },
  limitMs,
);
