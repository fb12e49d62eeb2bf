import type { ChildProcess } from 'node:child_process';
import { BatonError } from '@baton/core';
import type { Answer, Job } from './jobs';

export interface PoolOptions {
  readonly workers: number;
  /** Starts a worker process that speaks over the channel to its parent. */
  readonly start: () => ChildProcess;
  /** The next job; `undefined` once there are none left. */
  readonly next: () => Job | undefined;
  readonly done: (answer: Exclude<Answer, { kind: 'broken' }>) => void;
  readonly signal: AbortSignal;
}

/** Has all jobs done by worker processes; stops early, without an error, once `signal` says so. */
export const runPool = async ({ workers, start, next, done, signal }: PoolOptions): Promise<void> => {
  const one = async (): Promise<void> => {
    const worker = start();
    const stop = (): void => void worker.kill('SIGKILL');
    signal.addEventListener('abort', stop);
    try {
      for (let job = next(); job !== undefined && !signal.aborted; job = next()) {
        const answer = await ask(worker, job);
        if (answer === 'ended' && signal.aborted) return;
        if (answer === 'ended') throw broken('a worker ended in the middle of its work');
        if (answer.kind === 'broken') throw broken(answer.text);
        done(answer);
      }
    } finally {
      signal.removeEventListener('abort', stop);
      worker.kill('SIGKILL');
    }
  };
  await Promise.all(Array.from({ length: workers }, one));
};

const broken = (text: string): BatonError =>
  new BatonError('invalid-argument', `Expected the simulator to run whatever it is given, but ${text}.`);

const ask = (worker: ChildProcess, job: Job): Promise<Answer | 'ended'> =>
  new Promise((resolve) => {
    const settle = (answer: Answer | 'ended'): void => {
      worker.off('message', onMessage);
      worker.off('exit', onExit);
      resolve(answer);
    };
    const onMessage = (answer: unknown): void => settle(answer as Answer);
    const onExit = (): void => settle('ended');
    worker.on('message', onMessage);
    worker.on('exit', onExit);
    worker.send(job, (error) => {
      if (error !== null) settle('ended');
    });
  });
