import { Database } from 'node-sqlite3-wasm';
import type { Effect } from '../audit/types';

/** Reads all rows that an instance appended. The instance must have ended: it has the file for itself. */
export const readEffects = (file: string): readonly Effect[] => {
  const database = new Database(file, { readOnly: true, fileMustExist: true });
  try {
    const rows = database.all('SELECT sequence, id, event_key, version, instance, at FROM effects');
    return rows.map((row) => ({
      id: String(row.id),
      key: String(row.event_key),
      version: Number(row.version),
      instance: String(row.instance),
      sequence: Number(row.sequence),
      at: Number(row.at),
    }));
  } finally {
    database.close();
  }
};
