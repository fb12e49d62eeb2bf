import { randomUUID } from 'node:crypto';
import { defineEventType, type EventType } from '@baton/core';

/** What is published in every measurement: about 190 bytes in Avro. */
export interface LoanV2 {
  readonly loanId: string;
  readonly borrowerId: string;
  readonly name: string;
  readonly email: string | null;
  readonly isbn: string;
  readonly title: string;
  readonly branch: string;
  readonly dueDate: string;
  /** When it was to be published, in microseconds since 1970: what latencies count from. */
  readonly scheduledAt: number;
}

/** The older version has one mandatory field more. */
export interface LoanV1 extends LoanV2 {
  readonly changeInfo: string;
}

export type LoanVersions = { 1: LoanV1; 2: LoanV2 };
export type LoanEvent = EventType<LoanVersions, 2>;

const fields = [
  ...['loanId', 'borrowerId', 'name'].map((name) => ({ name, type: 'string' })),
  { name: 'email', type: ['null', 'string'], default: null },
  ...['isbn', 'title', 'branch', 'dueDate'].map((name) => ({ name, type: 'string' })),
  { name: 'scheduledAt', type: 'long' },
];

const record = (name: string, more: readonly unknown[]) => ({
  ...{ type: 'record', name, namespace: 'bench' },
  fields: [...fields, ...more],
});

/** The schemas of both versions; every run has the same. */
export const loanSchemas = {
  1: record('Loan', [{ name: 'changeInfo', type: 'string' }]),
  2: record('Loan', []),
} as const;

/** What both sides do to make version 1. */
export const toV1 = (loan: LoanV2): LoanV1 => ({ ...loan, changeInfo: 'loans, books borrowed' });

/** An event type with topics of its own, so that no run meets the records of another. */
export const newLoanEvent = (): LoanEvent =>
  defineEventType<LoanVersions, 2>({
    name: `bench.Loan${randomUUID().slice(0, 8)}`,
    kind: 'event',
    newest: 2,
    versions: { 1: { schema: loanSchemas[1] }, 2: { schema: loanSchemas[2] } },
    downcasts: { 1: toV1 },
    upcasts: { 2: ({ changeInfo: _, ...loan }: LoanV1) => loan },
  });

const keyCount = 1_000;

/** The loan number `n`, on one of a thousand keys. */
export const loanOf = (n: number, scheduledAt = 0): LoanV2 => {
  const number = n % keyCount;
  return {
    loanId: `loan-${number}`,
    borrowerId: `borrower-${number}`,
    name: `Borrower number ${number} of the library`,
    email: `borrower-${number}@example.org`,
    isbn: `978-0-141-${100_000 + number}`,
    title: 'The Strange Case of Dr Jekyll and Mr Hyde',
    branch: 'HARBOUR',
    dueDate: '2027-01-15',
    scheduledAt,
  };
};
