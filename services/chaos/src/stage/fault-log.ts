import { appendFileSync } from 'node:fs';
import type { FaultLine } from '../audit/types';
import { monotonicMs } from '../history/monotonic';
import { type Counts, type Fault, faults } from '../plan/levels';

/** What came of a fault. */
export type Outcome = 'done' | 'missed' | 'skipped';

export interface FaultEnd {
  /** `missed` is tried again; `skipped` is what this machine cannot do. */
  readonly outcome: Outcome;
  readonly note: string;
  /** How many it counts for; 1 unless given. */
  readonly times?: number;
}

/** Where the run writes down what it did to the system. */
export interface FaultLog {
  write(line: FaultLine): void;
  /** Runs `work`, writes the fault down with its times, and passes on what came of it; an error is a miss. */
  during(fault: string, target: string, work: () => Promise<FaultEnd>): Promise<Outcome>;
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
      const { note, outcome, times = 1 } = await work().catch(missedBy);
      write({ fault, target, from, healed: now(), note, outcome, times });
      return outcome;
    },
  };
};

const missedBy = (error: unknown): FaultEnd => ({ outcome: 'missed', note: String(error) });

/** How many of each fault the lines say are done. */
export const doneOf = (lines: readonly FaultLine[]): Counts =>
  Object.fromEntries(
    faults.map((fault) => [
      fault,
      lines.reduce(
        (sum, line) => sum + (line.fault === fault && line.outcome === 'done' ? line.times : 0),
        0,
      ),
    ]),
  ) as Record<Fault, number>;

/** Why faults were skipped. */
export const skippedOf = (lines: readonly FaultLine[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    lines.filter(({ outcome }) => outcome === 'skipped').map(({ fault, note }) => [fault, note]),
  );
