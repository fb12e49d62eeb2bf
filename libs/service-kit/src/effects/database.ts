import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type ClaimDeps, claimFile } from '@baton/postgres';
import { Database as Sqlite } from 'node-sqlite3-wasm';

/** What a column can hold here. */
export type Value = string | number | null;

/** An embedded database that one process has for itself. Every call is done when it returns. */
export interface Database {
  /** Prepares a statement to be run many times; returns how to run it. */
  prepare(sql: string): (values: readonly Value[]) => void;
  all(sql: string): readonly Readonly<Record<string, unknown>>[];
  /** Everything that `work` writes, or nothing if it throws. */
  transaction(work: () => void): void;
  /** Safe to call twice. */
  close(): void;
}

/**
 * Opens a SQLite file, and makes it if there is none. What was written outlives a kill of the process (not a loss of
 * power: nothing is forced to disk). Throws `file-in-use` if another living process has the file.
 *
 * It uses a write-ahead log: this build of SQLite never rolls back a rollback journal that a killed process left,
 * because it takes its own lock for one of another process. It has no shared memory either, hence the exclusive lock.
 */
export const openDatabase = (file: string, deps: ClaimDeps): Database => {
  mkdirSync(dirname(file), { recursive: true });
  const release = claimFile(file, deps);
  try {
    return wrap(openSqlite(file), release);
  } catch (error) {
    release();
    throw error;
  }
};

const openSqlite = (file: string): Sqlite => {
  const sqlite = new Sqlite(file);
  sqlite.exec('PRAGMA locking_mode = EXCLUSIVE');
  sqlite.exec('PRAGMA journal_mode = WAL');
  sqlite.exec('PRAGMA synchronous = OFF');
  return sqlite;
};

const wrap = (sqlite: Sqlite, release: () => void): Database => {
  const finalizers: (() => void)[] = [];
  return {
    prepare: (sql) => {
      const statement = sqlite.prepare(sql);
      finalizers.push(() => statement.finalize());
      return (values) => void statement.run([...values]);
    },
    all: (sql) => sqlite.all(sql),
    transaction: (work) => {
      sqlite.exec('BEGIN IMMEDIATE');
      try {
        work();
        sqlite.exec('COMMIT');
      } catch (error) {
        if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => {
      if (!sqlite.isOpen) return;
      for (const finalize of finalizers) finalize();
      // Leaves one plain file that every SQLite program can read.
      sqlite.exec('PRAGMA journal_mode = DELETE');
      sqlite.close();
      release();
    },
  };
};
