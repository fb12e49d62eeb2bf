import type { ControlLog } from '@baton/control';
import type { Recorder } from './recorder';

/** A control log that tells what a process was delivered, and when it had read to the end after a join. */
export const observedLog = (
  log: ControlLog,
  {
    process,
    recorder,
    afterEntry,
  }: { process: string; recorder: Recorder; afterEntry?: (read: number) => void },
): ControlLog => {
  let delivered = 0;
  let readIn: object | undefined;
  return {
    ...log,
    follow: (listener) =>
      log.follow((entry) => {
        delivered = entry.offset + 1;
        recorder.observe({ kind: 'entry-delivered', process, offset: entry.offset });
        listener(entry);
        afterEntry?.(delivered);
      }),
    catchUp: async () => {
      const membership = recorder.membershipOf(process);
      await log.catchUp();
      if (membership === undefined || membership === readIn) return;
      if (membership !== recorder.membershipOf(process)) return;
      readIn = membership;
      recorder.observe({ kind: 'log-read', ...membership, upTo: delivered });
    },
  };
};
