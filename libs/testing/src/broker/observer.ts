import type { Happening } from '../simulation/history';

/** A record as the broker stored it. */
export interface StoredRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The producer whose open transaction it belongs to; `undefined` outside of transactions. */
  readonly transactionOf: string | undefined;
}

/** Sees what the broker stores, ends and is asked, and what clients are told. */
export interface Observer {
  observe(happening: Happening): void;
  stored(record: StoredRecord): void;
}

/** Looks away. */
export const noObserver: Observer = { observe: () => {}, stored: () => {} };
