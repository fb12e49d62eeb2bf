import type { Found, Job } from './job';

/** A process that searches; it sends one message, what it found. */
export interface Worker {
  once(event: 'message', listener: (found: Found) => void): unknown;
  once(event: 'exit', listener: (code: number | null) => void): unknown;
  kill(signal: 'SIGKILL'): unknown;
}

export interface PoolDeps {
  readonly start: (job: Job) => Worker;
  /** How many jobs run side by side. */
  readonly cores: number;
  readonly done?: (job: Job, found: Found) => void;
}

/** A worker gets so many times its seconds before it is taken for one that never ends. */
const patience = 6;

/** Runs all jobs, some side by side; answers in the order of the jobs. */
export const runJobs = async (
  jobs: readonly Job[],
  { start, cores, done }: PoolDeps,
): Promise<readonly Found[]> => {
  const found: Found[] = [];
  const waiting = [...jobs.entries()];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [i, job] = next;
      found[i] = await runJob(start(job), job);
      done?.(job, found[i]);
    }
  };
  await Promise.all(Array.from({ length: cores }, lane));
  return found;
};

const runJob = (worker: Worker, { seconds }: Job): Promise<Found> =>
  new Promise((resolve) => {
    let because = 'the process ended without a word';
    const limit = setTimeout(
      () => {
        because = `no end after ${seconds * patience} s`;
        worker.kill('SIGKILL');
      },
      seconds * patience * 1000,
    );
    let told: Found | undefined;
    worker.once('message', (found) => {
      told = found;
    });
    worker.once('exit', () => {
      clearTimeout(limit);
      resolve(told ?? { kind: 'crashed', because });
    });
  });
