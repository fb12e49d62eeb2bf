import { type Clock, systemClock } from '@baton/messaging';

/** The clock of a worker: it runs ahead of or behind the machine's, and can be set while the worker runs. */
export interface WorkerClock extends Clock {
  set(offsetMs: number): void;
}

export const createWorkerClock = (offsetMs: number, machine: Clock = systemClock): WorkerClock => {
  let offset = offsetMs;
  return {
    ...machine,
    now: () => machine.now() + offset,
    set: (next) => {
      offset = next;
    },
  };
};
