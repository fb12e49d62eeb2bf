import type { LogLine } from '../evidence/read-logs';
import type { WorkerLine } from '../history/lines';

/** A fault, or another thing that the run did, with its times on the workers' monotonic clock. */
export interface FaultLine {
  readonly fault: string;
  readonly target: string;
  readonly from: number;
  readonly healed: number;
  /** What came of it: whether the point was reached, how often a response was dropped. */
  readonly note: string;
  readonly outcome: 'done' | 'missed' | 'skipped';
  /** How many it counts for. */
  readonly times: number;
}

/** An entry of the control log as it was stored. */
export interface EntryLine {
  readonly offset: number;
  readonly at: number;
  readonly value: unknown;
}

export interface GroupOfPart {
  readonly group: string;
  readonly eventTypes: readonly string[];
}

/** A partition that a group had not read to its end when the time for it was over. */
export interface Undrained {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly committed: number | undefined;
  readonly end: number;
}

/** Everything that one part left behind. */
export interface PartEvidence {
  readonly eventTypes: readonly string[];
  readonly groups: readonly GroupOfPart[];
  readonly workers: readonly WorkerLine[];
  readonly log: readonly LogLine[];
  /** The dead-letter topics of the groups. */
  readonly letters: readonly LogLine[];
  readonly entries: readonly EntryLine[];
  readonly faults: readonly FaultLine[];
  readonly undrained: readonly Undrained[];
}

/** The classes of the last line. */
export type ViolationClass = 'lost' | 'doubled' | 'torn' | 'out-of-order' | 'stuck' | 'wrong';

export interface Violation {
  readonly class: ViolationClass;
  /** Which check found it. */
  readonly check: string;
  /** What was expected and what was found. */
  readonly text: string;
}
