import { BatonError } from '@baton/core';
import type { BooksBorrowedV2 } from '@baton/schemas';
import { z } from 'zod';

const mostCharacters = 2_000;
const atMost = { error: `a text of at most ${mostCharacters} characters` };
const text = z
  .string({ error: 'a text' })
  .min(1, { error: 'a text that is not empty' })
  .max(mostCharacters, atMost);
const optionalText = z
  .string({ error: 'a text or null' })
  .max(mostCharacters, atMost)
  .nullable()
  .default(null);

const bookSchema = z.strictObject({
  isbn: text,
  title: text,
  replacementPrice: z
    .string({ error: 'a price as text, such as "12.50"' })
    .regex(/^\d{1,6}(\.\d{1,2})?$/, { error: 'a price as text, such as "12.50"' }),
});

const loanSchema = z.strictObject({
  loanId: z
    .string({ error: 'a text' })
    .regex(/^[\x21-\x7e]{1,200}$/, { error: '1 to 200 visible ASCII characters' })
    .optional(),
  borrower: z.strictObject({ borrowerId: text, name: text, email: optionalText }),
  books: z.array(bookSchema, { error: 'a list of books' }).min(1, { error: 'at least one book' }),
  branch: z.enum(['CENTRAL', 'HARBOUR', 'HILLSIDE', 'BOOKMOBILE'], {
    error: 'one of CENTRAL, HARBOUR, HILLSIDE, BOOKMOBILE',
  }),
  borrowedAt: z.iso
    .datetime({ offset: true, error: 'an instant such as 2026-11-30T16:42:07.120Z' })
    .transform((value) => new Date(value)),
  dueDate: z.iso.date({ error: 'a day such as 2026-12-21' }),
  note: optionalText,
});

/** A loan as it was sent; its `loanId` may be missing. */
export type LoanRequest = z.output<typeof loanSchema>;

/** What a document is: a loan as `POST /loans` takes it, or why it is none, each problem with its path. */
export type CheckedLoan =
  | { readonly kind: 'loan'; readonly loan: LoanRequest }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/** Says whether `POST /loans` takes a document. */
export const checkLoan = (document: unknown): CheckedLoan => {
  const result = loanSchema.safeParse(document);
  if (result.success) return { kind: 'loan', loan: result.data };
  return {
    kind: 'refused',
    problems: result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`),
  };
};

/** Reads the body of `POST /loans`; throws `invalid-data` that names every problem by its path. */
export const parseLoan = (body: unknown, newLoanId: () => string): BooksBorrowedV2 => {
  const checked = checkLoan(body);
  if (checked.kind === 'refused') {
    const { problems } = checked;
    throw new BatonError(
      'invalid-data',
      `Expected a loan, got one with these problems: ${problems.join('; ')}.`,
      { details: { problems } },
    );
  }
  const { loan } = checked;
  return { ...loan, loanId: loan.loanId ?? newLoanId() };
};
