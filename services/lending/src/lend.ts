import type { EventPublisher, PublishedEvent } from '@baton/messaging';
import { createTables, type Database, type Outbox } from '@baton/postgres';
import { BooksBorrowed, type BooksBorrowedV2 } from '@baton/schemas';

/** What the caller is told of its loan: the event, as far as it is known by then. */
export type Receipt = Pick<PublishedEvent, 'id' | 'key'> & Partial<PublishedEvent>;

/** Lends books. Resolves once the event is safe: published, or in the outbox of a committed transaction. */
export type Lend = (loan: BooksBorrowedV2, trace: { readonly traceparent?: string }) => Promise<Receipt>;

/** Without a database: resolves once the event is committed in all its versions. */
export const lendByPublishing =
  (publisher: Pick<EventPublisher, 'publish'>): Lend =>
  (loan, trace) =>
    publisher.publish(BooksBorrowed, { key: loan.loanId, data: loan, ...trace });

export interface LendByOutboxDeps {
  readonly database: Database;
  readonly outbox: Pick<Outbox, 'publish'>;
}

const table = `CREATE TABLE IF NOT EXISTS loan (
  loan_id text PRIMARY KEY, borrower text NOT NULL, due_date text NOT NULL, lent_at timestamptz NOT NULL DEFAULT now())`;

/** The loan and its event in one transaction: there is never one without the other, whatever happens to the broker. */
export const lendByOutbox = async ({ database, outbox }: LendByOutboxDeps): Promise<Lend> => {
  await createTables(database, [table]);
  return (loan, trace) =>
    database.transaction(async (tx) => {
      // locks the loan, so that events of one loan are in the outbox in the order of their transactions
      await tx.query(
        `INSERT INTO loan (loan_id, borrower, due_date) VALUES ($1, $2, $3)
         ON CONFLICT (loan_id) DO UPDATE SET borrower = EXCLUDED.borrower, due_date = EXCLUDED.due_date`,
        [loan.loanId, loan.borrower.name, loan.dueDate],
      );
      return outbox.publish(tx, BooksBorrowed, { key: loan.loanId, data: loan, ...trace });
    });
};
