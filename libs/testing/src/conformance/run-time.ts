import type { VirtualClock } from '../virtual-clock';

/** Lets time go on, a millisecond a turn of the event loop, until it is told to stop. */
export const runTime = (clock: VirtualClock): (() => void) => {
  let state: 'running' | 'stopped' = 'running';
  const run = async (): Promise<void> => {
    while (state === 'running') {
      await clock.advance(1);
      await turn();
    }
  };
  void run();
  return () => {
    state = 'stopped';
  };
};

/** Lets everything else run that this process has to do. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
