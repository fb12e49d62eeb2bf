import type { Handler } from '@baton/messaging';
import type { ExtendLoanV2 } from '@baton/schemas';
import type { Database } from '@baton/service-kit';
import type { FastifyInstance } from 'fastify';

/** An extension as it was carried out. */
export interface Extension {
  /** The id of the command. */
  readonly id: string;
  readonly loanId: string;
  /** The day the books are due from now on. */
  readonly until: string;
  readonly reason: ExtendLoanV2['reason'];
  /** Who sent the command. */
  readonly source: string;
  /** The version that counted. */
  readonly version: number;
}

/** Keeps extensions, append-only: a command that is carried out twice is there twice. */
export interface Extensions {
  append(extension: Extension): void;
  /** In the order they were carried out. */
  of(loanId: string): readonly Extension[];
}

const table = `CREATE TABLE IF NOT EXISTS extensions(sequence INTEGER PRIMARY KEY, id TEXT NOT NULL,
  loan_id TEXT NOT NULL, until TEXT NOT NULL, reason TEXT NOT NULL, source TEXT NOT NULL, version INTEGER NOT NULL)`;

/** Keeps extensions in the table `extensions`. */
export const createExtensions = (database: Pick<Database, 'prepare' | 'all'>): Extensions => {
  database.prepare(table)([]);
  const insert = database.prepare(
    'INSERT INTO extensions(id, loan_id, until, reason, source, version) VALUES (?, ?, ?, ?, ?, ?)',
  );
  return {
    append: ({ id, loanId, until, reason, source, version }) =>
      insert([id, loanId, until, reason, source, version]),
    of: (loanId) =>
      database
        .all('SELECT id, loan_id, until, reason, source, version FROM extensions ORDER BY sequence')
        .filter((row) => row.loan_id === loanId)
        .map((row) => ({
          id: String(row.id),
          loanId: String(row.loan_id),
          until: String(row.until),
          reason: row.reason as Extension['reason'],
          source: String(row.source),
          version: Number(row.version),
        })),
  };
};

/** Carries the command out. Version 1 comes here too, through the upcast. */
export const createExtend =
  ({ append }: Pick<Extensions, 'append'>): Handler<ExtendLoanV2> =>
  async ({ id, source, data: { loanId, until, reason } }, { responsible }) =>
    append({ id, loanId, until, reason, source, version: responsible });

/** `GET /loans/:loanId/extensions`: what this instance carried out for a loan. */
export const createExtensionRoutes =
  (extensions: Pick<Extensions, 'of'>) =>
  (app: FastifyInstance): void => {
    app.get<{ Params: { loanId: string } }>('/loans/:loanId/extensions', async ({ params }) => ({
      extensions: extensions.of(params.loanId),
    }));
  };
