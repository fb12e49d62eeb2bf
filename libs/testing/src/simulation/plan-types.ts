import type { Fault, Operation } from '../broker/faults';
import type { Rejoin } from '../broker/group-member';
import type { ClockError } from '../broker/process';
import type { InboxAct, InboxPlan } from './inbox-plan';

/** From and to, both included. */
export type Range = readonly [number, number];

/** A publisher of the run, as its first release. */
export interface PublisherPlan {
  readonly name: string;
  readonly clock: ClockError;
  /** The versions it is configured to publish. */
  readonly versions: readonly number[];
  readonly maxBatchEvents: number;
  readonly deadlineMs: number;
  /** `outbox`: its events go through the outbox that all such publishers share; straight to the broker if left out. */
  readonly through?: 'outbox';
}

/** The outbox of a run, and how its relays work. */
export interface OutboxPlan {
  readonly ranges: number;
  readonly pollMs: number;
  readonly balanceMs: number;
  readonly standstillMs: number;
  /** How long a transaction stays open between its insert and its end. */
  readonly heldMs: Range;
  /** One transaction of so many is rolled back by its caller. */
  readonly givesUpOneIn: number;
}

export interface MemberPlan {
  readonly name: string;
  readonly clock: ClockError;
  /** How much longer what it reads from the control log takes to come. */
  readonly lagMs: number;
  /** When it comes to the group (milliseconds after the start); at the start if left out. */
  readonly startsAtMs?: number;
}

export interface GroupPlan {
  readonly group: string;
  /** Where its timeline comes from: the control log, or the configuration of each member; the log if left out. */
  readonly bindings?: 'log' | 'static';
  /** The versions that its first release reads. */
  readonly reads: readonly number[];
  readonly members: readonly MemberPlan[];
}

/** What somebody runs from a shell, each time as a process of its own. */
export type Script =
  | { readonly script: 'bind'; readonly group: string; readonly version: number; readonly attempts: number }
  | {
      readonly script: 'announce';
      readonly from: number;
      readonly to: number;
      /** How long after the start of the script (milliseconds). */
      readonly deadlineMs: number;
    }
  | {
      readonly script: 'veto';
      readonly group: string;
      readonly version: number;
      readonly forMs: number;
    }
  | { readonly script: 'withdraw-veto'; readonly group: string; readonly version: number }
  | { readonly script: 'retire'; readonly version: number }
  | { readonly script: 'drop'; readonly group: string; readonly version: number };

/** How a release is installed: the old one is stopped, or killed, and the new one comes after a while. */
export interface Installation {
  readonly how: 'stop' | 'kill';
  readonly downMs: number;
}

/** One thing that happens, or is done to the system. */
export type Act =
  | InboxAct
  | { readonly do: 'publish'; readonly by: string; readonly key: string; readonly times: number }
  /** From now on: for each binding proposed, events that its publisher stamps so long after the instant (milliseconds). */
  | {
      readonly do: 'publish-at-instants';
      readonly by: string;
      readonly key: string;
      readonly afterMs: readonly number[];
    }
  | (Installation & {
      readonly do: 'release-publisher';
      readonly name: string;
      readonly versions: readonly number[];
    })
  | (Installation & {
      readonly do: 'release-member';
      readonly name: string;
      readonly reads: readonly number[];
    })
  /** A member of a group with static bindings gets a configuration with one more of them, `sinceMs` after the start. */
  | (Installation & {
      readonly do: 'configure-member';
      readonly name: string;
      readonly version: number;
      readonly sinceMs: number;
    })
  /** A publisher goes on on another machine, with the clock of that one. */
  | (Installation & { readonly do: 'move'; readonly name: string; readonly skewMs: number })
  | { readonly do: 'script'; readonly name: string; readonly clock: ClockError; readonly run: Script }
  /** Stops a member, publisher or script as a deployment does, for a time. */
  | { readonly do: 'stop'; readonly name: string; readonly downMs: number }
  | { readonly do: 'kill'; readonly name: string; readonly downMs: number }
  | { readonly do: 'freeze'; readonly name: string; readonly forMs: number }
  | { readonly do: 'cut'; readonly name: string; readonly forMs: number }
  | { readonly do: 'clock'; readonly name: string; readonly byMs: number }
  /** Hits requests to the broker, if it does not say otherwise. */
  | { readonly do: 'fault'; readonly to?: 'database'; readonly fault: Fault }
  /** The database answers nobody, or not this process; where it restarts, it ends what is open before. */
  | {
      readonly do: 'database-outage';
      readonly forMs: number;
      readonly restarts: boolean;
      readonly name?: string;
    }
  /** The database ends the connections of a process. */
  | { readonly do: 'end-sessions'; readonly name: string }
  /** The broker, or a part of it, answers nobody, or not this process. */
  | {
      readonly do: 'outage';
      readonly forMs: number;
      readonly operations?: readonly Operation[];
      readonly name?: string;
    }
  /** Every way takes so many times as long. */
  | { readonly do: 'slow'; readonly times: number; readonly forMs: number }
  | { readonly do: 'rebalance'; readonly group: string }
  | { readonly do: 'expire-offsets'; readonly group: string }
  /** Retention leaves so many records of each partition of a version, read or not. */
  | { readonly do: 'retention'; readonly version: number; readonly keep: number }
  /** A producer of somebody else writes twins of this many events, and takes them back after a while. */
  | {
      readonly do: 'foreign-abort';
      readonly id: string;
      readonly key: string;
      readonly events: number;
      readonly openMs: number;
      /** The versions that are written; all of them if left out. */
      readonly versions?: readonly number[];
    };

/** An act, and when: milliseconds after the start. */
export type Step = Act & { readonly at: number };

/** How the migration is to end once faults are over; what is missing is then done, with the same scripts. */
export interface Goals {
  /** The versions that every publisher publishes in the end, before any is retired. */
  readonly publishes: readonly number[];
  /** The version that each group is bound to, one after the other. */
  readonly bind: readonly { readonly group: string; readonly version: number }[];
  readonly retire: readonly { readonly from: number; readonly to: number }[];
  /** How long nobody does anything after the last fault: what is open by then, the members must close. */
  readonly restMs?: number;
}

/** Everything about one run, drawn from a seed; plain data, so that it can be kept, changed and run again. */
export interface Plan {
  readonly seed: number;
  readonly eventType: string;
  readonly versions: readonly number[];
  readonly partitions: number;
  readonly keys: readonly string[];
  readonly leaseMs: number;
  readonly marginMs: number;
  readonly heartbeatMs: number;
  readonly commitMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly listingMs: number;
  readonly decisionMs: number;
  readonly latencyMs: Range;
  /** How long after a transaction's decision the markers of its partitions are written. */
  readonly markerMs: Range;
  readonly transactionTimeoutMs: Range;
  readonly maxRecords: number;
  readonly rejoin: Rejoin;
  readonly handlerMs: Range;
  /** One event of so many makes its handler fail at first. */
  readonly failsOneIn: number;
  readonly publishers: readonly PublisherPlan[];
  /** Only where publishers share one. */
  readonly outbox?: OutboxPlan;
  readonly groups: readonly GroupPlan[];
  /** Only where groups have one. */
  readonly inbox?: InboxPlan;
  readonly steps: readonly Step[];
  /** When the last fault ends, and what was killed or cut off comes back (milliseconds after the start). */
  readonly faultsOverAt: number;
  readonly goals: Goals;
}
