import { BatonError, isBatonError } from '@baton/core';
import {
  type Clock,
  type Event,
  type HandlerContext,
  type Logger,
  type Middleware,
  silentLogger,
  systemClock,
  type TopicReader,
  withDirective,
} from '@baton/messaging';
import type { Database } from '../database/database';
import {
  isAborted,
  isConflict,
  isLeaseEnded,
  isTimeout,
  rolledBack,
  unavailable,
} from '../database/failures';
import { whileItLasts } from '../database/lasting';
import type { InboxStore, InboxTransaction, Lease } from './inbox-store';
import { checkRetention } from './mark-retention';
import { createSqlInboxStore } from './sql-inbox-store';
import { withTransaction } from './transaction-of';

export interface InboxOptions {
  readonly database: Database;
  readonly group: string;
  /** The topics that the group reads; their retention is checked against `keepMs`, as that of the group's retry topic is. */
  readonly topics: readonly string[];
  readonly topicReader: TopicReader;
  /** How long marks are kept; for ever if left out. */
  readonly keepMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** Remembers which events a group has handled, in the database in which their effects are. */
export interface Inbox {
  /**
   * Runs the handler in a transaction that also marks the event as handled. An event that is marked already, in
   * whatever version, is passed over. Nothing is committed once the lease has ended, or a later generation owns the
   * partition: then it fails with `lease-ended`. That, conflicts, and a database that is away or in trouble are tried
   * again without end: they never park an event.
   */
  readonly middleware: Middleware;
  stats(): InboxStats;
  /**
   * Deletes marks older than `keepMs`; answers how many. Runs by itself every hour. Throws `invalid-configuration` if
   * topics keep events for longer by now, or the group parks events since.
   */
  clean(): Promise<number>;
  /** Safe to call twice. The caller closes the database. */
  close(): void;
}

/** Counts since the start. */
export interface InboxStats {
  readonly handled: number;
  /** Events that came again and were passed over. */
  readonly repeated: number;
  /** Transactions that were refused because others may do the work by now. */
  readonly fenced: number;
}

/**
 * Opens the inbox of a group: brings the schema up to date, and checks that marks outlive the events.
 *
 * ```ts
 * const inbox = await openInbox({ database, group: 'reminders', topics, topicReader: kafka.topicReader });
 * const consumer = createConsumer({ …, middleware: [inbox.middleware] });
 * ```
 */
export const openInbox = ({ database, ...options }: InboxOptions): Promise<Inbox> =>
  openInboxOn(createSqlInboxStore(database, options.group), options);

/** Opens the inbox of a group wherever it is kept. */
export const openInboxOn = async (
  store: InboxStore,
  options: Omit<InboxOptions, 'database'>,
): Promise<Inbox> => {
  const { group, topics, topicReader, keepMs = Number.POSITIVE_INFINITY } = options;
  const { clock = systemClock, logger = silentLogger } = options;
  const check = () => checkRetention(topicReader, { group, topics, keepMs });
  await check();
  const leave = await store.open();
  const counts = { handled: 0, repeated: 0, fenced: 0 };
  const clean = async () => {
    await check();
    return store.clean(keepMs);
  };
  const tidy = () =>
    clean().catch((error: unknown) => logger.warn({ group, err: error }, 'marks of the inbox not deleted'));
  const stopCleaning = keepMs === Number.POSITIVE_INFINITY ? () => {} : every(clock, cleanEveryMs, tidy);

  const middleware: Middleware = (next) => async (event, context) => {
    try {
      const outcome = await store.transaction(async (tx) => {
        const lease = await beginLease(tx, { event, context, clock });
        if (lease === 'repeated') return 'repeated';
        const stopStaying = stayWhileHeld(tx, { context, clock });
        await whileItLasts(tx.effects, (effects) =>
          whileWanted(() => next(event, withTransaction(context, effects)), { event, context }),
        ).finally(stopStaying);
        await confirmLease(tx, { event, context, clock, lease });
        return 'handled';
      });
      counts[outcome] += 1;
    } catch (error) {
      if (isFenced(error)) counts.fenced += 1;
      throw asRetry(event, error);
    }
  };

  return {
    middleware,
    stats: () => ({ ...counts }),
    clean,
    close: () => {
      stopCleaning();
      leave();
    },
  };
};

const cleanEveryMs = 3_600_000;

interface Scope {
  readonly event: Event;
  readonly context: HandlerContext;
  readonly clock: Clock;
}

/** What is known of the lease when the transaction has begun: by when it has to be committed. */
interface HeldLease {
  readonly takenAt: number;
  readonly lengthMs: number;
}

/**
 * The time of the database is read first, the lease then: so the end of the lease, told in the time of the database,
 * is never too late, wherever this process stood still.
 */
const readLease = async (tx: InboxTransaction, { event, context, clock }: Scope) => {
  const from = await own(tx.now(Math.max(1, context.leaseMs())));
  const takenAt = clock.elapsed();
  const lengthMs = context.leaseMs();
  if (lengthMs <= 0 || context.signal.aborted) throw leaseEnded(event, 'The lease of this member has ended.');
  return { takenAt, lengthMs, inDatabase: { from, lengthMs } satisfies Lease };
};

const beginLease = async (tx: InboxTransaction, scope: Scope): Promise<HeldLease | 'repeated'> => {
  const { event, context } = scope;
  const { inDatabase, ...held } = await readLease(tx, scope);
  const claimed = await own(tx.claim(context, inDatabase));
  if (claimed === 'owned-by-later') {
    throw leaseEnded(
      event,
      `A later generation than ${context.generation} owns ${context.topic}/${context.partition}.`,
    );
  }
  const marked = await own(tx.mark({ event, version: context.responsible, lease: inDatabase }));
  return marked === 'new' ? held : 'repeated';
};

/**
 * A handler that goes on after its signal is left behind, and its transaction ends: all others of the partition wait for
 * that.
 */
const whileWanted = (
  handle: () => Promise<void>,
  { event, context: { signal } }: Pick<Scope, 'event' | 'context'>,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const leave = (): void =>
      reject(
        isBatonError(signal.reason, 'handler-timed-out')
          ? signal.reason
          : leaseEnded(event, 'The lease of this member has ended.'),
      );
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    Promise.resolve()
      .then(handle)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', leave));
  });

/** A handler may have taken long, and heartbeats have renewed the lease meanwhile. */
const confirmLease = async (
  tx: InboxTransaction,
  { lease: { takenAt, lengthMs }, ...scope }: Scope & { readonly lease: HeldLease },
): Promise<void> => {
  const { event, context, clock } = scope;
  if (context.leaseMs() <= 0 || context.signal.aborted)
    throw leaseEnded(event, 'The lease of this member has ended.');
  if (clock.elapsed() - takenAt < lengthMs / 2) return;
  const { inDatabase } = await readLease(tx, scope);
  await own(tx.extend(event, inDatabase));
};

/** What fails in statements of the inbox itself is no fault of the event, unless the handler has left a failed transaction. */
const own = <T>(statement: Promise<T>): Promise<T> =>
  statement.catch((error: unknown) => {
    if (isAborted(error)) throw rolledBack();
    if (isBatonError(error) || isTimeout(error) || isConflict(error)) throw error;
    throw unavailable('A statement of the inbox', error);
  });

const isFenced = (error: unknown): boolean =>
  isLeaseEnded(error) || isTimeout(error) || isBatonError(error, 'lease-ended');

const retryMs = { fenced: 100, conflict: 20, unavailable: 500 } as const;

/** What is no fault of the event is tried again for as long as it takes: it must not be parked for it. */
const asRetry = (event: Event, error: unknown): unknown => {
  if (isBatonError(error, 'lease-ended')) return retryAfter(error, retryMs.fenced);
  if (isFenced(error)) {
    return retryAfter(leaseEnded(event, 'The lease ended before the commit.', error), retryMs.fenced);
  }
  if (isBatonError(error, 'database-unavailable') || isUnknownCommit(error))
    return retryAfter(error, retryMs.unavailable);
  return isConflict(error) ? retryAfter(error, retryMs.conflict) : error;
};

/** If it did commit, the next try finds the mark. */
const isUnknownCommit = (error: unknown): boolean =>
  isBatonError(error, 'outcome-unknown') && error.details.of === 'transaction';

const retryAfter = (error: unknown, afterMs: number): BatonError =>
  withDirective(error, { kind: 'retry', afterMs });

const leaseEnded = ({ type, id }: Event, because: string, cause?: unknown): BatonError =>
  new BatonError(
    'lease-ended',
    `${type} ${id} took no effect here: ${because} Another member handles it, or this one after it has joined again.`,
    { details: { id }, cause },
  );

/**
 * A handler may wait for others longer than a lease lasts, while heartbeats renew the lease. So the database is told from
 * time to time that this process lives; one that stands still tells nothing, and its transaction ends with the lease.
 */
const stayWhileHeld = (
  tx: InboxTransaction,
  { context, clock }: Pick<Scope, 'context' | 'clock'>,
): (() => void) =>
  every(clock, Math.max(minStayMs, context.leaseMs() / 3), () => {
    const idleMs = context.leaseMs();
    // a connection that is gone is seen by the next statement
    if (idleMs > 0) tx.stay(idleMs).catch(() => {});
  });

const minStayMs = 100;

const every = (clock: Clock, ms: number, work: () => void): (() => void) => {
  let cancel = (): void => {};
  const next = (): void => {
    cancel = clock.after(ms, () => {
      work();
      next();
    });
  };
  next();
  return () => cancel();
};
