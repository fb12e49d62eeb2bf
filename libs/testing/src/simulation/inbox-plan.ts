import type { Fault } from '../broker/faults';

/** The database with the inboxes of a run, and who uses it. */
export interface InboxPlan {
  /** The groups whose handlers run behind an inbox. */
  readonly groups: readonly string[];
  /** How long one way to the database takes. */
  readonly latencyMs: readonly [number, number];
  /** How far the clock of the database is ahead of the brokers'. */
  readonly aheadMs: number;
  /** The handler of one event of so many stays in its transaction for so long, in milliseconds; 0 for none. */
  readonly slowOneIn: number;
  readonly slowMs: readonly [number, number];
}

/** What is done to inboxes and their database, and what only an inbox is a match for. */
export type InboxAct =
  /** Hits requests to the database of the inboxes. */
  | { readonly do: 'inbox-fault'; readonly fault: Fault }
  /** The database restarts: what is open is gone, and for a while nobody is answered. */
  | { readonly do: 'inbox-restart'; readonly forMs: number }
  /**
   * An application of somebody else publishes an event, and publishes it again under the same id so long after that
   * (milliseconds), stamped anew: as one does that was not told whether it got through.
   */
  | {
      readonly do: 'publish-again';
      readonly id: string;
      readonly key: string;
      readonly afterMs: readonly number[];
    };
