/** A row as the driver returns it. */
export type Row = Readonly<Record<string, unknown>>;

/** Runs one statement with `$1`-style values. A client or pool of `pg`, a transaction of PGlite, and `fromQueryFunction` are such. */
export interface Queryable {
  query(sql: string, values?: unknown[]): Promise<{ readonly rows: readonly Row[] }>;
}

/**
 * Makes a transaction of any other library usable, given how it runs a statement inside it.
 *
 * ```ts
 * await outbox.publish(fromQueryFunction((sql, values) => tx.$queryRawUnsafe(sql, ...values)), BooksBorrowed, event);
 * ```
 */
export const fromQueryFunction = (
  run: (sql: string, values: readonly unknown[]) => Promise<readonly Row[]>,
): Queryable => ({
  query: async (sql, values = []) => ({ rows: await run(sql, values) }),
});
