import type { Database } from './database';

/** What a subscriber did for one event. */
export interface Effect {
  /** The id of the event. */
  readonly id: string;
  readonly key: string;
  /** The version that was handled. */
  readonly version: number;
}

/** An effect as it is kept. */
export interface StoredEffect extends Effect {
  /** Grows by one with every effect of the file. */
  readonly sequence: number;
  readonly instance: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Keeps effects, append-only: an event that is handled twice is there twice. */
export interface EffectStore {
  append(effect: Effect): void;
}

export interface EffectStoreDeps {
  readonly database: Database;
  readonly instance: string;
  readonly now: () => number;
}

const table = `CREATE TABLE IF NOT EXISTS effects(
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT, event_key TEXT, version INTEGER, instance TEXT, at INTEGER)`;

/** Keeps effects in the table `effects` of a database. */
export const createEffectStore = ({ database, instance, now }: EffectStoreDeps): EffectStore => {
  database.prepare(table)([]);
  const insert = database.prepare(
    'INSERT INTO effects(id, event_key, version, instance, at) VALUES (?, ?, ?, ?, ?)',
  );
  return { append: ({ id, key, version }) => insert([id, key, version, instance, now()]) };
};

/** Reads all effects in the order they were written. */
export const readEffects = (database: Database): readonly StoredEffect[] =>
  database
    .all('SELECT sequence, id, event_key AS key, version, instance, at FROM effects ORDER BY sequence')
    .map((row) => ({
      sequence: Number(row.sequence),
      id: String(row.id),
      key: String(row.key),
      version: Number(row.version),
      instance: String(row.instance),
      at: Number(row.at),
    }));
