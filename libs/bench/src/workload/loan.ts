import { randomUUID } from 'node:crypto';
import { defineEventType, type EventType } from '@baton/core';

/** What is published in every measurement: about 190 bytes in Avro, without logical types, so that every client gets the same values. */
export interface Loan {
  readonly loanId: string;
  readonly borrower: { readonly borrowerId: string; readonly name: string; readonly email: string | null };
  readonly books: readonly { readonly isbn: string; readonly title: string; readonly priceCents: number }[];
  readonly branch: 'CENTRAL' | 'HARBOUR' | 'HILLSIDE';
  readonly borrowedAt: number;
  readonly dueInDays: number;
  readonly note: string;
  /** When it was to be published, in microseconds since 1970: what latencies count from; 0 where nobody measures them. */
  readonly scheduledAt: number;
}

/** The same with who changed it, which version 2 leaves out. */
export interface LoanV1 extends Loan {
  readonly changedBy: string;
}

export type LoanVersions = { 1: LoanV1; 2: Loan };
export type LoanEvent = EventType<LoanVersions, 2>;

const fields = [
  { name: 'loanId', type: 'string' },
  {
    name: 'borrower',
    type: {
      type: 'record',
      name: 'Borrower',
      fields: [
        { name: 'borrowerId', type: 'string' },
        { name: 'name', type: 'string' },
        { name: 'email', type: ['null', 'string'], default: null },
      ],
    },
  },
  {
    name: 'books',
    type: {
      type: 'array',
      items: {
        type: 'record',
        name: 'Book',
        fields: [
          { name: 'isbn', type: 'string' },
          { name: 'title', type: 'string' },
          { name: 'priceCents', type: 'int' },
        ],
      },
    },
  },
  { name: 'branch', type: { type: 'enum', name: 'Branch', symbols: ['CENTRAL', 'HARBOUR', 'HILLSIDE'] } },
  { name: 'borrowedAt', type: 'long' },
  { name: 'dueInDays', type: 'int' },
  { name: 'note', type: 'string' },
  { name: 'scheduledAt', type: 'long' },
];

/** The Avro schemas of a loan by version. */
export const loanSchemas = {
  1: {
    type: 'record',
    name: 'Loan',
    namespace: 'bench',
    fields: [...fields, { name: 'changedBy', type: 'string' }],
  },
  2: { type: 'record', name: 'Loan', namespace: 'bench', fields },
} as const;

/** What everybody does to make version 1. */
export const toV1 = (loan: Loan): LoanV1 => ({ ...loan, changedBy: 'lending-service' });

/** An event type of loans; its topics are named after it. */
export const loanEventType = (name: string): LoanEvent =>
  defineEventType<LoanVersions, 2>({
    name,
    kind: 'event',
    newest: 2,
    keyField: 'loanId',
    versions: { 1: { schema: loanSchemas[1] }, 2: { schema: loanSchemas[2] } },
    downcasts: { 1: toV1 },
    upcasts: { 2: ({ changedBy: _, ...loan }: LoanV1) => loan },
  });

/** An event type with topics of its own, so that no run meets the records of another. */
export const newLoanEvent = (): LoanEvent => loanEventType(`bench.Loan${randomUUID().slice(0, 8)}`);

const titles = ['Pride and Prejudice', 'Wuthering Heights', 'A Tale of Two Cities', 'Emma', 'Middlemarch'];
const branches = ['CENTRAL', 'HARBOUR', 'HILLSIDE'] as const;

/** The loan with number `n`: always the same one, and hardly like the next. */
export const loan = (n: number, scheduledAt = 0): Loan => ({
  loanId: `loan-${100_000 + n}`,
  borrower: {
    borrowerId: `borrower-${n % 5_003}`,
    name: 'Ada Marsh',
    email: n % 3 === 0 ? null : `reader-${n % 5_003}@example.org`,
  },
  books: [
    { isbn: '978-0-14-143951-8', title: titles[n % 5] ?? '', priceCents: 900 + (n % 700) },
    { isbn: '978-0-14-143957-0', title: titles[(n + 2) % 5] ?? '', priceCents: 1_200 + (n % 500) },
  ],
  branch: branches[n % 3] ?? 'CENTRAL',
  borrowedAt: 1_790_000_000_000 + n,
  dueInDays: 21,
  note: 'Left at the desk by the entrance, with a card.',
  scheduledAt,
});

const keyCount = 1_000;

/** The loan number `n` of a load without an end, on one of a thousand keys. */
export const recurringLoan = (n: number, scheduledAt = 0): Loan => loan(n % keyCount, scheduledAt);
