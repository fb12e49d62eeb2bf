import type { AbortedTransaction, FetchedRecord } from '../ports/records';

/** Whether one record of a fetched batch may be read under read_committed. Ask in offset order, once for each record. */
export type ReadCommittedFilter = (record: FetchedRecord) => boolean;

/**
 * Hides control records and the records of aborted transactions. The broker lists aborted transactions in order of
 * completion; they take effect in order of their first offset, and each ends at its producer's next abort marker.
 */
export const readCommittedFilter = (aborted: readonly AbortedTransaction[]): ReadCommittedFilter => {
  if (aborted.length === 0) return (record) => record.kind === 'data';
  const byFirstOffset = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  const aborting = new Set<string>();
  let next = 0;
  return (record) => {
    for (; next < byFirstOffset.length; next += 1) {
      const transaction = byFirstOffset[next];
      if (transaction === undefined || transaction.firstOffset > record.offset) break;
      aborting.add(transaction.producerId);
    }
    const { kind, transactionOf } = record;
    if (kind === 'abort-marker' && transactionOf !== undefined) aborting.delete(transactionOf);
    return kind === 'data' && (transactionOf === undefined || !aborting.has(transactionOf));
  };
};
