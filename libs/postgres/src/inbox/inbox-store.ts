import type { Event, HandlerContext } from '@baton/messaging';
import type { Queryable } from '../database/queryable';

/** A lease in the time of the database: from the moment on that it told, for so long. */
export interface Lease {
  /** As the database wrote it. */
  readonly from: string;
  readonly lengthMs: number;
}

export interface Marking {
  readonly event: Pick<Event, 'source' | 'id' | 'createdAt'>;
  readonly version: number;
  readonly lease: Lease;
}

/** One transaction on the inbox of a group: the effect of a handler and its mark are committed together. */
export interface InboxTransaction {
  /** What the handler has its effect with. */
  readonly effects: Queryable;
  /**
   * The time of the database. From here on it ends the transaction itself if this process stands still for `idleMs`, and
   * its commit lasts: the offset that is committed at the broker afterwards does.
   */
  now(idleMs: number): Promise<string>;
  /** The process does not stand still: the database waits for another `idleMs`. */
  stay(idleMs: number): Promise<void>;
  /**
   * Makes the generation the owner of the partition, and keeps every other transaction on the partition waiting until
   * this one has ended. An earlier generation comes back only if the group was deleted and counts anew: so it is
   * refused while the lease of the later one lasts.
   */
  claim(
    at: Pick<HandlerContext, 'topic' | 'partition' | 'generation'>,
    lease: Lease,
  ): Promise<'owned' | 'owned-by-later'>;
  /**
   * Marks an event as handled, whatever its version. Another transaction that marks it is waited for. The commit fails if
   * the lease has ended by then.
   */
  mark(marking: Marking): Promise<'new' | 'marked-before'>;
  extend(event: Pick<Event, 'source' | 'id'>, lease: Lease): Promise<void>;
}

/** Where the inbox of one group is kept. */
export interface InboxStore {
  /** Makes it ready, and answers how to leave it. Throws `invalid-configuration` if it serves one member and has one. */
  open(): Promise<() => void>;
  /**
   * Everything that `work` does through its argument is committed together, or not at all if it rejects. Rejects likewise;
   * with `database-unavailable`; with `outcome-unknown` where it may have committed; or as PostgreSQL does, with the
   * `code` of the state: BT001 if the lease has ended at the commit, 25P03 if the process stood still.
   */
  transaction<T>(work: (tx: InboxTransaction) => Promise<T>): Promise<T>;
  /** Deletes marks older than `keepMs`; answers how many. */
  clean(keepMs: number): Promise<number>;
}
