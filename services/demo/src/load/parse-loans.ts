import { BatonError } from '@baton/core';
import { checkLoan } from '@baton/lending';
import { bodyLimitBytes } from '@baton/service-kit';
import type { Loan } from './loans';

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
    const parsed = parseLine(content, `loan-${run}-line-${line}`);
    if (parsed.kind === 'loan') loans.push({ ...parsed.loan, line });
    else problems.push(...parsed.problems.map((problem) => `${file}:${line}: ${problem}`));
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

type ParsedLine =
  | { readonly kind: 'loan'; readonly loan: Loan }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

const parseLine = (content: string, newLoanId: string): ParsedLine => {
  let document: unknown;
  try {
    document = JSON.parse(content);
  } catch (error) {
    return refused(`expected JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const checked = checkLoan(document);
  if (checked.kind === 'refused') return checked;
  const { loanId: key = newLoanId } = checked.loan;
  const body = { ...checked.loan, loanId: key };
  const bytes = Buffer.byteLength(JSON.stringify(body));
  if (bytes > bodyLimitBytes)
    return refused(`expected a loan of at most ${bodyLimitBytes} bytes, got one of ${bytes}`);
  return { kind: 'loan', loan: { key, body } };
};

const refused = (problem: string): ParsedLine => ({ kind: 'refused', problems: [problem] });

const faulty = (problems: readonly string[]): BatonError => {
  const shown = problems.slice(0, mostProblems);
  const more = problems.length > shown.length ? [`and ${problems.length - shown.length} more`] : [];
  return new BatonError(
    'invalid-data',
    `Expected every line to be a loan as POST /loans takes it (see schemas/lending.BooksBorrowed/examples/v2.json). Mend these lines:\n${[...shown, ...more].join('\n')}`,
  );
};
