/// <reference types="jest" />
import type { Clock } from '@baton/messaging';
import type { InboxStore, InboxTransaction } from '@baton/postgres';
import { inboxFailurePromises } from './inbox-store-failures';
import { inboxMarkPromises } from './inbox-store-marks';
import { describePromises } from './promises';

/**
 * What a store may be unable to show. `several`: several processes use it at once. `standing-still`: it ends the
 * transaction of a process that stands still. `death`: a process can end in the middle of a transaction.
 * `lost-messages`: the request of a commit, or the answer to it, can get lost. `restart`: the database can be restarted.
 */
export type InboxFeature = 'several' | 'standing-still' | 'death' | 'lost-messages' | 'restart';

/** A process with the inbox of a group. */
export interface InboxClient {
  readonly store: InboxStore;
  /** Ends it in the middle of whatever it does, without a word. */
  kill(): Promise<void>;
  /** Loses the next commit of it, or the answer to that. */
  loseCommit(what: 'request' | 'response'): void;
}

/** A database as one promise finds it: empty, but for a table of effects of one column of text. */
export interface InboxWorld {
  readonly clock: Clock;
  client(group: string): Promise<InboxClient>;
  /** The rows of effects that are committed. */
  effects(): Promise<readonly string[]>;
  /** Ends every connection; resolves once the database answers again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** One implementation of the store, with a database to use it on. */
export interface InboxAdapter {
  readonly name: string;
  readonly features: ReadonlySet<InboxFeature>;
  /** How long one promise may take in real time. */
  readonly limitMs: number;
  open(): Promise<InboxWorld>;
}

/** Tests what `InboxStore` and its transactions promise. */
export const describeInboxStore = (adapter: InboxAdapter): void => {
  describePromises('the store of an inbox', adapter, inboxMarkPromises);
  describePromises('the store of an inbox in trouble', adapter, inboxFailurePromises);
};

/** The transaction that a promise is about. */
export type Work<T> = (tx: InboxTransaction) => Promise<T>;
