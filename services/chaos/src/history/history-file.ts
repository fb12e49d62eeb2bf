import { openSync, writeSync } from 'node:fs';
import type { Deed } from './lines';
import { monotonicMs } from './monotonic';

/** Where a worker writes down what it does. */
export interface HistoryWriter {
  /** Has handed the line to the operating system when it returns, so that a kill takes nothing of it. */
  write(deed: Deed): void;
}

/** Appends JSON lines to a file. */
export const openHistory = (file: string, now: () => number = monotonicMs): HistoryWriter => {
  const descriptor = openSync(file, 'a');
  return { write: (deed) => void writeSync(descriptor, `${JSON.stringify({ t: now(), ...deed })}\n`) };
};
