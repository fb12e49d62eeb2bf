import type { Queryable } from './queryable';

/** One connection of its own: what is locked or listened to through it ends with it. */
export interface Session extends Queryable {
  readonly kind: Database['kind'];
  /** Calls back with the payload of every notification on the channel from now on. */
  listen(channel: string, listener: (payload: string) => void): Promise<void>;
  /** Settles when the connection is gone, whoever ended it. */
  readonly ended: Promise<void>;
  /** Safe to call twice; never rejects. */
  close(): Promise<void>;
}

/** Where outbox and inbox live: a PostgreSQL server, or PGlite inside this process. */
export interface Database extends Queryable {
  /** `embedded` serves one process: one relay and one member of a group. */
  readonly kind: 'server' | 'embedded';
  /** Everything that `work` does through its argument is committed together, or not at all if it rejects. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  session(): Promise<Session>;
  /** Safe to call twice; never rejects. */
  close(): Promise<void>;
}
