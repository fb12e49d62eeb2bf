/** One loan to post: its key, and the body of the request. */
export interface Loan {
  readonly key: string;
  readonly body: unknown;
  /** Where it comes from, for messages: the line of an input file. */
  readonly line?: number;
}

/** Loans without end, or until the input is used up. */
export interface LoanSource {
  readonly total: number;
  next(): Loan;
}

const keyCount = 300;
const branches = ['CENTRAL', 'HARBOUR', 'HILLSIDE', 'BOOKMOBILE'] as const;
const titles = ['Pride and Prejudice', 'Emma', 'Middlemarch', 'Walden', 'The Odyssey', 'Moby-Dick'] as const;
const dayMs = 86_400_000;

/** Makes up loans on some hundred loan ids; `random` gives numbers from 0 to 1, `now` milliseconds since 1970. */
export const madeUpLoans = ({
  run,
  total,
  random,
  now,
}: {
  run: string;
  total: number;
  random: () => number;
  now: () => number;
}): LoanSource => {
  const pick = <T>(values: readonly [T, ...T[]]): T =>
    values[Math.floor(random() * values.length)] ?? values[0];
  const book = () => ({
    isbn: `978-0-${String(Math.floor(random() * 1e9)).padStart(9, '0')}`,
    title: pick(titles),
    replacementPrice: `${Math.floor(random() * 40) + 5}.${pick(['00', '50', '95'])}`,
  });
  return {
    total,
    next: () => {
      const number = Math.floor(random() * keyCount);
      const key = `loan-${run}-${number}`;
      const borrowedAt = now();
      return {
        key,
        body: {
          loanId: key,
          borrower: {
            borrowerId: `borrower-${number}`,
            name: `Borrower ${number}`,
            email: random() < 0.8 ? `borrower-${number}@example.org` : null,
          },
          books: Array.from({ length: 1 + Math.floor(random() * 3) }, book),
          branch: pick(branches),
          borrowedAt: new Date(borrowedAt).toISOString(),
          dueDate: new Date(borrowedAt + 21 * dayMs).toISOString().slice(0, 10),
          note: null,
        },
      };
    },
  };
};

/** Loans read from a file, each once. */
export const givenLoans = (loans: readonly Loan[]): LoanSource => {
  let position = 0;
  return {
    total: loans.length,
    next: () => {
      const loan = loans[position];
      if (loan === undefined) throw new RangeError(`Expected at most ${loans.length} loans to be asked for.`);
      position += 1;
      return loan;
    },
  };
};

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};
