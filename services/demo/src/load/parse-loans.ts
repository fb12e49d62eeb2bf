import { BatonError } from '@baton/core';
import { z } from 'zod';
import type { Loan } from './loans';

const loan = z.strictObject({
  loanId: z.string().min(1).optional(),
  borrower: z.strictObject({
    borrowerId: z.string(),
    name: z.string(),
    email: z.string().nullable().optional(),
  }),
  books: z.array(
    z.strictObject({
      isbn: z.string(),
      title: z.string(),
      replacementPrice: z.string().regex(/^-?\d{1,6}(\.\d{1,2})?$/, 'expected a decimal such as "12.50"'),
    }),
  ),
  branch: z.enum(['CENTRAL', 'HARBOUR', 'HILLSIDE', 'BOOKMOBILE']),
  borrowedAt: z.iso.datetime({ offset: true }),
  dueDate: z.iso.date(),
  note: z.string().nullable().optional(),
});

const mostProblems = 20;

/**
 * Reads loans, one JSON document a line; blank lines are left out. Throws `invalid-data` with every faulty line, its
 * number and the path of each problem. A loan without `loanId` gets one, so that its key is known.
 */
export const parseLoans = (text: string, { file, run }: { file: string; run: string }): readonly Loan[] => {
  const problems: string[] = [];
  const loans: Loan[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1;
    if (content.trim() === '') continue;
    const parsed = parseLine(content);
    if ('problems' in parsed)
      problems.push(...parsed.problems.map((problem) => `${file}:${line}: ${problem}`));
    else {
      const key = parsed.loan.loanId ?? `loan-${run}-line-${line}`;
      loans.push({ key, line, body: { ...parsed.loan, loanId: key } });
    }
  }
  if (problems.length > 0) throw faulty(problems);
  if (loans.length === 0) {
    throw new BatonError(
      'invalid-data',
      `Expected at least one loan in ${file}, one JSON document a line, got none.`,
    );
  }
  return loans;
};

type ParsedLine = { readonly loan: z.infer<typeof loan> } | { readonly problems: readonly string[] };

const parseLine = (content: string): ParsedLine => {
  let document: unknown;
  try {
    document = JSON.parse(content);
  } catch (error) {
    return { problems: [`expected JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const result = loan.safeParse(document);
  if (result.success) return { loan: result.data };
  return {
    problems: result.error.issues.map(({ path, message }) => `${path.join('.') || 'document'}: ${message}`),
  };
};

const faulty = (problems: readonly string[]): BatonError => {
  const shown = problems.slice(0, mostProblems);
  const more = problems.length > shown.length ? [`and ${problems.length - shown.length} more`] : [];
  return new BatonError(
    'invalid-data',
    `Expected every line to be a loan as POST /loans takes it (see schemas/lending.BooksBorrowed/examples/v2.json). Mend these lines:\n${[...shown, ...more].join('\n')}`,
  );
};
