import type { CleanOptions } from './clean';
import type { Lag } from './lag';
import type { OutboxStore } from './outbox-store';
import type { RangeLocks } from './range-locks';

/** The database of an outbox, as its relays need it. */
export interface RelayDatabase {
  /** Makes what is missing, at the first call the ranges too; throws `invalid-configuration` if they are split otherwise. */
  prepare(source: string, ranges: number): Promise<void>;
  /** Opens a connection for one relay of a source; rejects with `database-unavailable`. */
  connect(source: string): Promise<RelayConnection>;
  lag(source: string): Promise<Lag>;
  /** Deletes rows that were sent longer than `keepMs` ago, at most `limit`; answers how many. */
  clean(options: CleanOptions): Promise<number>;
}

/** One connection of a relay: what is locked through it ends with it, however it ends. */
export interface RelayConnection {
  readonly store: OutboxStore;
  readonly locks: RangeLocks;
  /** From now on the server ends a connection that stands still, and tells of what is inserted. */
  attend(attention: Attention): Promise<void>;
  /** Settles when the connection is gone, whoever ended it. */
  readonly ended: Promise<void>;
  /** Safe to call twice; never rejects. */
  close(): Promise<void>;
}

export interface Attention {
  /** How long the server lets the connection stand still. */
  readonly standstillMs: number;
  /** Called with the range of rows that were committed. What is told while the connection is lost is not told again. */
  readonly inserted: (range: number) => void;
}
