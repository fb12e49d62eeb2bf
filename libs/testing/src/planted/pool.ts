import type { Found, Job } from './job';

/** A process that searches; it says something after each seed, and what it found at last. */
export interface Worker {
  on(event: 'message', listener: (said: Found | 'going-on') => void): unknown;
  on(event: 'exit', listener: (code: number | null) => void): unknown;
  kill(signal: 'SIGKILL'): unknown;
}

export interface PoolDeps {
  readonly start: (job: Job) => Worker;
  /** How many jobs run side by side. */
  readonly cores: number;
  readonly done?: (job: Job, found: Found) => void;
}

/** Whoever is silent for so long is in a loop that never ends: a seed takes a fraction of a second of a core. */
const patienceMs = 90_000;

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
      found[i] = await runJob(start(job));
      done?.(job, found[i]);
    }
  };
  await Promise.all(Array.from({ length: cores }, lane));
  return found;
};

const runJob = (worker: Worker): Promise<Found> =>
  new Promise((resolve) => {
    let found: Found = { kind: 'crashed', because: 'the process ended without a word' };
    const giveUp = (): void => {
      found = { kind: 'crashed', because: `no seed came to an end within ${patienceMs / 1000} s` };
      worker.kill('SIGKILL');
    };
    let limit = setTimeout(giveUp, patienceMs);
    worker.on('message', (said) => {
      if (said !== 'going-on') found = said;
      clearTimeout(limit);
      limit = setTimeout(giveUp, patienceMs);
    });
    worker.on('exit', () => {
      clearTimeout(limit);
      resolve(found);
    });
  });
