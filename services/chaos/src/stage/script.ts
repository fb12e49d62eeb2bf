import { join } from 'node:path';
import type { Clock } from '@baton/messaging';
import type { ScriptSettings } from '../workers/settings';
import { type StartWorkerDeps, startWorker, type WorkerProcess } from './worker-process';

/** What came of a script: its exit code, or that it was killed. */
export type ScriptEnd = 'done' | 'pending' | 'failed' | 'killed';

export interface ScriptOptions {
  readonly group: string;
  readonly eventType: string;
  readonly version: number;
  readonly armed?: string;
}

/** Runs the configuration script as a process of its own, once. */
export type RunScript = (options: ScriptOptions) => Promise<ScriptEnd>;

export interface ScriptDeps extends Omit<StartWorkerDeps, 'logFile'> {
  readonly shared: Pick<ScriptSettings, 'brokers' | 'registry' | 'controlTopic' | 'presenceTopic'>;
  readonly part: string;
  readonly folder: string;
  readonly clock: Clock;
  /** Every script that runs, so that it can be ended with the run. */
  readonly running: Set<WorkerProcess>;
}

const limitMs = 90_000;

export const createRunScript = (deps: ScriptDeps): RunScript => {
  let scripts = 0;
  return async ({ group, eventType, version, armed }) => {
    scripts += 1;
    const instance = `${deps.part}-s${scripts}`;
    const process = startWorker(
      {
        ...deps.shared,
        ...{
          role: 'script',
          instance,
          incarnation: 1,
          clockOffsetMs: 0,
          group,
          eventType,
          version,
          attempts: 3,
        },
        history: join(deps.folder, `${instance}-1.jsonl`),
        ...(armed === undefined ? {} : { armed }),
      },
      { programs: deps.programs, env: deps.env, logFile: join(deps.folder, 'scripts.log') },
    );
    deps.running.add(process);
    const cancel = deps.clock.after(limitMs, () => process.signal('SIGKILL'));
    const { code, signal } = await process.ended;
    cancel();
    deps.running.delete(process);
    if (signal !== null) return 'killed';
    return code === 0 ? 'done' : code === 2 ? 'pending' : 'failed';
  };
};
