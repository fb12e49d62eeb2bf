import { appendFileSync } from 'node:fs';
import type { FaultLine } from '../audit/types';
import { monotonicMs } from '../history/monotonic';
import { type Fault, faults } from '../plan/levels';

/** Where the run writes down what it did to the system. */
export interface FaultLog {
  write(line: FaultLine): void;
  /** Runs `work`, writes the fault down with its times, and passes on what came of it. */
  during(
    fault: string,
    target: string,
    work: () => Promise<{ readonly note: string; readonly counted: boolean; readonly times?: number }>,
  ): Promise<void>;
  /** How many of each fault are done. */
  done(): Readonly<Record<string, number>>;
  readonly lines: readonly FaultLine[];
}

export const createFaultLog = (file: string, now: () => number = monotonicMs): FaultLog => {
  const lines: FaultLine[] = [];
  const write = (line: FaultLine): void => {
    lines.push(line);
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  };
  return {
    lines,
    write,
    during: async (fault, target, work) => {
      const from = now();
      try {
        const { note, counted, times = 1 } = await work();
        write({ fault, target, from, healed: now(), note, counted, times });
      } catch (error) {
        write({
          fault,
          target,
          from,
          healed: now(),
          note: `failed: ${String(error)}`,
          counted: false,
          times: 0,
        });
      }
    },
    done: () => doneOf(lines),
  };
};

/** How many of each fault the lines say are done. */
export const doneOf = (lines: readonly FaultLine[]): Readonly<Record<Fault, number>> =>
  Object.fromEntries(
    faults.map((fault) => [
      fault,
      lines.reduce((sum, line) => sum + (line.fault === fault && line.counted ? line.times : 0), 0),
    ]),
  ) as Record<Fault, number>;
