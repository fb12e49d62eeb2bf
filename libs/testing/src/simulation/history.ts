/** A place of one partition of one topic. */
interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** Who acts: a process, as one membership of a group in one generation. */
interface Membership {
  readonly process: string;
  readonly group: string;
  readonly memberId: string;
  readonly generation: number;
}

/** One event as a member was given it. */
interface HandledEvent extends Membership, Place {
  readonly offset: number;
  readonly source: string;
  readonly id: string;
  readonly key: string;
  /** The version whose message was handled. */
  readonly version: number;
  readonly attempt: number;
}

/**
 * Everything that can be seen of a run from outside the code under test: what was asked of it, what the broker
 * stored, and what handlers were given. Nothing here is computed by that code.
 */
export type Happening =
  /** A caller asked to publish; `call` numbers the calls of one run. */
  | {
      readonly kind: 'publish-called';
      readonly process: string;
      readonly call: number;
      readonly eventType: string;
      readonly key: string;
    }
  /** What the caller was told. `rejected`: before anything was sent; `unknown`: it may be visible or not. */
  | {
      readonly kind: 'publish-ended';
      readonly call: number;
      readonly outcome: 'committed' | 'unknown' | 'rejected';
      readonly id: string | undefined;
      readonly code: string | undefined;
    }
  /** The database committed or rolled back the transaction that had put an event into an outbox. */
  | {
      readonly kind: 'row-settled';
      readonly process: string;
      readonly call: number;
      readonly source: string;
      readonly id: string;
      readonly key: string;
      readonly how: 'committed' | 'rolled-back';
    }
  /** The broker stored a record of an event topic. Header fields are as the headers say, unparsed where malformed. */
  | (Place & {
      readonly kind: 'record-stored';
      readonly offset: number;
      readonly timestamp: number;
      readonly key: string;
      readonly headers: Readonly<Record<string, string>>;
      /** Number of the publish call, as the payload carries it; `undefined` for foreign records. */
      readonly call: number | undefined;
      /** The producer whose open transaction it belongs to; `undefined` outside of transactions. */
      readonly transactionOf: string | undefined;
    })
  /**
   * The broker wrote markers of a transaction that it had ended: one a partition, and each partition in its time. The
   * producer may be told of the end before the last marker is written.
   */
  | {
      readonly kind: 'transaction-ended';
      readonly producer: string;
      readonly how: 'commit' | 'abort';
      readonly markers: readonly (Place & { readonly offset: number })[];
    }
  /** The broker gave a process an epoch of a transactional id. */
  | { readonly kind: 'producer-connected'; readonly process: string; readonly transactionalId: string }
  | (Membership & {
      readonly kind: 'joined';
      readonly assignment: readonly (Place & { readonly committed: number | undefined })[];
    })
  /** The code under test was told of its new generation; anything it passes on before `log-read` is too early. */
  | (Membership & { readonly kind: 'log-read'; readonly upTo: number })
  /**
   * A fetched batch was answered: the next offset to read. Everything below was processed or skipped, or failed and is
   * kept to be tried again, while others pass it: no commit passes that one.
   */
  | (Membership & Place & { readonly kind: 'position'; readonly from: number; readonly next: number })
  | (HandledEvent & { readonly kind: 'handler-began' })
  /** The effect of the event took place, on a process that was alive. */
  | (HandledEvent & { readonly kind: 'handler-ended' })
  | (HandledEvent & { readonly kind: 'handler-failed' })
  /** Behind an inbox: the database has committed the effect of an event. */
  | (HandledEvent & { readonly kind: 'effect-committed' })
  /** Somebody is about to publish the event of this id several times, stamped anew each time. */
  | { readonly kind: 'published-again'; readonly source: string; readonly id: string }
  /** `sentAt` by the broker's clock, whatever the member's shows. */
  | (Membership & { readonly kind: 'heartbeat-confirmed'; readonly sentAt: number })
  /** The broker took a commit (`taken`) or refused it. */
  | (Membership &
      Place & {
        readonly kind: 'offset-committed';
        readonly offset: number;
        readonly outcome: 'taken' | 'refused';
      })
  /** Asked of the broker: the end of a log, as a member needs it for a barrier. */
  | (Place & { readonly kind: 'end-read'; readonly process: string; readonly end: number })
  /** An entry of the control log, as stored. `value` is the parsed entry. */
  | {
      readonly kind: 'entry-stored';
      readonly offset: number;
      readonly process: string;
      readonly value: unknown;
    }
  /** A process was delivered this entry of the control log. */
  | { readonly kind: 'entry-delivered'; readonly process: string; readonly offset: number }
  /** The timeline of a group as a process sees it after an entry: instants in milliseconds, the first −Infinity. */
  | {
      readonly kind: 'timeline-seen';
      readonly process: string;
      readonly group: string;
      readonly eventType: string;
      /** How many entries of the control log the process had read. */
      readonly read: number;
      readonly timeline: readonly { readonly since: number; readonly version: number }[];
    }
  /** A verdict that a script was given. */
  | {
      readonly kind: 'verdict-given';
      readonly process: string;
      readonly question: 'can-bind' | 'can-stop' | 'can-drop';
      readonly group: string | undefined;
      readonly eventType: string;
      readonly version: number;
      readonly verdict: 'safe' | 'not-yet' | 'unknown';
    }
  /** What a script (bind, announce, retire …) ended with. */
  | {
      readonly kind: 'script-ended';
      readonly process: string;
      readonly script: string;
      readonly result: string;
    }
  /** Something that the run did to the system: a fault, a start, a stop. `text` says it in words. */
  | {
      readonly kind: 'disturbed';
      readonly what: string;
      readonly process: string | undefined;
      readonly text: string;
    }
  /** Committed offsets were lost to expiry. */
  | { readonly kind: 'offsets-expired'; readonly group: string }
  /** Records below `offset` were lost to retention. */
  | (Place & { readonly kind: 'retention'; readonly offset: number })
  /** From here on no fault comes any more, and everything is to settle. */
  | { readonly kind: 'faults-over' }
  /** The run ended; `pending` says in words what had not settled. */
  | { readonly kind: 'ended'; readonly pending: readonly string[] };

/** What happened, when by the broker's clock (milliseconds since 1970), and as which one of the run. */
export type HistoryEntry = Happening & { readonly at: number; readonly step: number };

/** The record of one run, in the order in which things happened. */
export type History = readonly HistoryEntry[];

/** How fast the clocks may differ, and the times of the protocol, which a checker needs to judge a history. */
export interface HistorySetting {
  readonly leaseMs: number;
  readonly marginMs: number;
  /** The groups, and what each subscribes to. */
  readonly groups: readonly {
    readonly group: string;
    readonly eventType: string;
    /** The versions that its newest release handles. */
    readonly handles: readonly number[];
    /** `inbox`: its effects are rows of a database, seen where they are committed. */
    readonly effects?: 'inbox';
  }[];
  readonly eventTypes: readonly {
    readonly eventType: string;
    readonly versions: readonly number[];
    readonly partitions: number;
  }[];
}

/** One promise or property that a history breaks. */
export interface Violation {
  /** The class the summary counts it in. */
  readonly kind: 'lost' | 'doubled' | 'torn' | 'out-of-order' | 'stuck' | 'unsafe';
  /** The property, such as `handled-in-one-version`. */
  readonly property: string;
  /** What was expected and what happened, in words. */
  readonly text: string;
  /** The steps of the history that show it. */
  readonly steps: readonly number[];
}
