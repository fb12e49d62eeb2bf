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
  /** `inbox`: its effects are rows of the database. */
  readonly effects?: 'none' | 'inbox';
}

/** What a service wrote in the transaction of a row of the outbox; `n` is their order for each key. */
export interface ShipmentLine {
  readonly n: number;
  readonly id: string;
  readonly eventType: string;
  readonly key: string;
  readonly note: string;
}

/** A row of the outbox when all was over. */
export interface OutboxLine {
  readonly id: string;
  readonly eventType: string;
  readonly state: string;
  readonly stamp?: { readonly createdAt: number; readonly partition: number; readonly published: string };
}

/** One effect of an event on a group; `n` is the order of effects. */
export interface EffectLine {
  readonly n: number;
  readonly group: string;
  readonly id: string;
  readonly eventType: string;
  readonly key: string;
  readonly version: number;
  readonly note: string;
  /** The worker and its incarnation. */
  readonly worker: string;
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
  /** The event types that go through the outbox; none where there was no database. */
  readonly outboxTypes: readonly string[];
  readonly shipments: readonly ShipmentLine[];
  readonly outbox: readonly OutboxLine[];
  readonly effects: readonly EffectLine[];
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
