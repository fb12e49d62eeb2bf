import type { Effect, FoldState, Logged, Proposal } from '../fold/state';
import type { Segment } from '../rule';

/** What never happened has this step. */
export const never = Number.POSITIVE_INFINITY;

/** One partition of one version topic. */
export interface Lane {
  readonly topic: string;
  readonly eventType: string;
  readonly version: number;
  readonly partition: number;
  /** By offset; markers leave holes. */
  readonly slots: (LogRecord | undefined)[];
  /** In the order of their offsets. */
  readonly records: LogRecord[];
  /** The first offset that is still there. */
  start: number;
}

/** A record as the broker stored it, and what became of it. */
export interface LogRecord {
  readonly step: number;
  readonly at: number;
  readonly lane: Lane;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string;
  /** `undefined` where the headers are malformed. */
  readonly stamp: Stamp | undefined;
  readonly event: EventFacts | undefined;
  readonly call: number | undefined;
  /** Numbers the transactions of the history; `undefined` outside of them. */
  readonly transaction: number | undefined;
  fate: 'open' | 'visible' | 'aborted';
  /** When it became visible or was aborted: the step, and the time. */
  settled: number;
  settledAt: number;
  /** When retention took it. */
  deleted: number;
  /** Every time a handler of any group was given it. */
  readonly handlings: Handling[];
}

/** What the headers of a record say; of a foreign record, what stands for it. */
export interface Stamp {
  readonly source: string;
  readonly id: string;
  readonly createdAt: number;
  readonly published: readonly number[];
}

/** One event, by source and id: every copy that was ever stored. */
export interface EventFacts {
  readonly source: string;
  readonly id: string;
  readonly copies: LogRecord[];
  /** Who promised its order: the slot, process or source that published it. */
  readonly publisher: string;
  /** Which one of its publisher it is, in the order of publishing. */
  readonly order: number;
  readonly process: string | undefined;
  /** What it went through, if its publisher put it into an outbox. */
  readonly outbox: OutboxFacts | undefined;
  /** How often its process had been started by then. */
  readonly life: number;
  /** The copy that is taken for the event's stamp: the first visible one, else the first. */
  stamp: Stamp;
  firstVisible: LogRecord | undefined;
  /** Somebody published it several times, stamped anew each time. */
  readonly isRepeated: boolean;
}

/** How an event that was put into an outbox was first written. */
export interface OutboxFacts {
  /** The transactional id of the first relay: one for each range of keys. */
  readonly slot: string;
  /** Every process that puts events into the same outbox, and sends what others put there. */
  readonly sharers: ReadonlySet<string>;
}

/** A row that somebody had put into an outbox, and whether it stayed there. */
export interface OutboxRow {
  readonly step: number;
  readonly source: string;
  readonly id: string;
  readonly call: number;
  readonly key: string;
  readonly how: 'committed' | 'rolled-back';
}

/** A call to publish, and what the caller was told. */
export interface Call {
  readonly step: number;
  readonly process: string;
  readonly call: number;
  readonly eventType: string;
  readonly key: string;
  readonly events: EventFacts[];
  ended:
    | {
        readonly step: number;
        readonly outcome: 'committed' | 'unknown' | 'rejected';
        readonly id: string | undefined;
      }
    | undefined;
}

/** One process in one generation of a group. */
export interface Membership {
  readonly process: string;
  readonly group: string;
  readonly memberId: string;
  readonly generation: number;
  joined: number;
  /** Where the committed offset stood at the join, by lane; a lane that is missing is not owned. */
  readonly assignment: Map<Lane, number | undefined>;
  /** How many entries of the control log were stored when it joined. */
  entriesAtJoin: number;
  logRead: number;
  logReadUpTo: number;
  /** When the process joined anew; `never` if it did not. */
  replaced: number;
  /** When (by the broker's clock) the newest heartbeat was sent that the broker confirmed. */
  lastBeat: number;
  readonly handlings: Handling[];
  readonly positions: Position[];
}

/** A handler was given a record. */
export interface Handling {
  readonly membership: Membership;
  readonly record: LogRecord;
  readonly began: number;
  readonly beganAt: number;
  /** Until when the process may act, as the newest confirmed heartbeat before says. */
  readonly leaseUntil: number;
  /** When its effect took place. */
  ended: number;
  failed: number;
}

/** The database committed the effect of an event. */
export interface CommittedEffect {
  readonly step: number;
  readonly at: number;
  readonly process: string;
  readonly group: string;
  readonly generation: number;
  readonly version: number;
  readonly record: LogRecord;
  readonly event: EventFacts;
  /** Until when the process might act, as the newest confirmed heartbeat before says. */
  readonly leaseUntil: number;
}

/** A batch was answered. */
export interface Position {
  readonly step: number;
  readonly membership: Membership;
  readonly lane: Lane;
  readonly from: number;
  readonly next: number;
}

/** Offsets were committed, or (`offset` is `undefined`) expired. */
export interface Commit {
  readonly step: number;
  readonly membership: Membership | undefined;
  readonly lane: Lane;
  readonly offset: number | undefined;
  readonly previous: number | undefined;
}

/** A commit as it was asked for. */
export interface CommitAttempt {
  readonly step: number;
  readonly membership: Membership;
  readonly lane: Lane;
  readonly offset: number;
  readonly outcome: 'taken' | 'refused';
}

/** A group and one event type that it reads. */
export interface View {
  readonly group: string;
  readonly eventType: string;
  readonly handles: readonly number[];
  /** In the order of their commits; `undefined` where the effects of the group are not seen. */
  readonly effects: readonly CommittedEffect[] | undefined;
  /** As the log has it at the end; for a group without a log, as its members saw it. */
  timeline: readonly Segment[];
  readonly events: readonly EventFacts[];
  readonly lanes: readonly Lane[];
  readonly commits: Map<Lane, Commit[]>;
  readonly memberships: readonly Membership[];
}

/** From the reading of a proposal to that of its outcome, in one process. */
export interface PromisePeriod {
  readonly process: string;
  readonly proposal: Proposal;
  readonly from: number;
  until: number;
}

/** An entry of the control log and what it did. */
export interface LoggedEntry {
  readonly logged: Logged;
  readonly value: unknown;
  readonly effect: Effect;
}

export interface SeenTimeline {
  readonly step: number;
  readonly process: string;
  readonly group: string;
  readonly eventType: string;
  readonly read: number;
  readonly timeline: readonly Segment[];
}

export interface Verdict {
  readonly step: number;
  /** When whoever asked began: its facts are no older. `-1` where the history does not say. */
  readonly askedFrom: number;
  readonly at: number;
  readonly question: 'can-bind' | 'can-stop' | 'can-drop';
  readonly group: string | undefined;
  readonly eventType: string;
  readonly version: number;
  readonly verdict: 'safe' | 'not-yet' | 'unknown';
}

/** A history, read once. */
export interface Facts {
  readonly lanes: readonly Lane[];
  readonly events: readonly EventFacts[];
  readonly calls: readonly Call[];
  readonly rows: readonly OutboxRow[];
  /** The processes whose clocks were set in the middle of the run. */
  readonly clocksSet: ReadonlySet<string>;
  /** Handlings of records that were never stored, or stored as another event. */
  readonly phantoms: readonly { readonly step: number; readonly text: string }[];
  readonly memberships: readonly Membership[];
  readonly attempts: readonly CommitAttempt[];
  readonly views: readonly View[];
  readonly fold: FoldState;
  readonly entries: readonly LoggedEntry[];
  readonly periods: readonly PromisePeriod[];
  readonly timelines: readonly SeenTimeline[];
  readonly verdicts: readonly Verdict[];
  /** When the last fault was over; `never` if the history does not say. */
  readonly faultsOver: { readonly step: number; readonly at: number } | undefined;
  /** When somebody last moved the offsets of a group past records that were lost: until then it could do nothing. */
  readonly resetAt: number | undefined;
  readonly ended:
    | { readonly step: number; readonly at: number; readonly pending: readonly string[] }
    | undefined;
}
