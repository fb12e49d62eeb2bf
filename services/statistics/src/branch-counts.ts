import type { Database } from '@baton/service-kit';

/** What one branch lent, as far as this instance has seen it. */
export interface BranchCount {
  readonly branch: string;
  readonly loans: number;
  readonly books: number;
}

/** Counts loans and books by branch, in the database of this instance. */
export interface BranchCounts {
  add(branch: string, books: number): void;
  all(): readonly BranchCount[];
}

const table = `CREATE TABLE IF NOT EXISTS branch_counts(
  branch TEXT PRIMARY KEY, loans INTEGER NOT NULL, books INTEGER NOT NULL)`;

const addition = `INSERT INTO branch_counts(branch, loans, books) VALUES (?, 1, ?)
  ON CONFLICT(branch) DO UPDATE SET loans = loans + 1, books = books + excluded.books`;

/** Keeps the counts in the table `branch_counts`. */
export const createBranchCounts = (database: Database): BranchCounts => {
  database.prepare(table)([]);
  const add = database.prepare(addition);
  return {
    add: (branch, books) => add([branch, books]),
    all: () =>
      database.all('SELECT branch, loans, books FROM branch_counts ORDER BY branch').map((row) => ({
        branch: String(row.branch),
        loans: Number(row.loans),
        books: Number(row.books),
      })),
  };
};
