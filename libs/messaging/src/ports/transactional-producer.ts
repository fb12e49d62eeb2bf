import type { OutgoingRecord } from './records';

/**
 * One producer with a transactional id. After any error of any method its state is unknown: close it and make
 * another with the same id, which fences this one.
 */
export interface TransactionalProducer {
  /** Opens a transaction. */
  begin(): Promise<void>;
  /** Writes into the open transaction. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Makes everything sent visible at once. A rejection says nothing about the outcome. */
  commit(): Promise<void>;
  abort(): Promise<void>;
  /** Safe to call twice; never rejects. */
  close(): Promise<void>;
}

/** Connects a producer; when it resolves, every older producer with the same id is fenced. */
export type TransactionalProducerFactory = (transactionalId: string) => Promise<TransactionalProducer>;
