/** A record as it lies in the log, control markers and aborted records included. */
export interface LoggedRecord {
  readonly kind: 'data' | 'commit-marker' | 'abort-marker' | 'other-control';
  /** The producer of a transactional record or marker; `undefined` outside a transaction. */
  readonly transactionOf: string | undefined;
}

/** Takes the records of one partition in order of their offsets. */
export interface CommittedFilter<R> {
  push(record: R): void;
  /** What is committed so far. */
  readonly committed: readonly R[];
  /** Records of transactions that have neither marker yet. */
  undecided(): number;
}

/**
 * Tells committed records from aborted ones by the markers in the log alone: what a producer wrote waits until its
 * marker comes. The list of aborted transactions in the broker's answer, which clients go by, is not looked at.
 */
export const createCommittedFilter = <R extends LoggedRecord>(): CommittedFilter<R> => {
  const committed: R[] = [];
  const open = new Map<string, R[]>();

  return {
    push: (record) => {
      const producer = record.transactionOf;
      if (record.kind === 'other-control') return;
      if (record.kind !== 'data') {
        if (record.kind === 'commit-marker') committed.push(...(open.get(producer ?? '') ?? []));
        open.delete(producer ?? '');
      } else if (producer === undefined) {
        committed.push(record);
      } else {
        const pending = open.get(producer);
        if (pending === undefined) open.set(producer, [record]);
        else pending.push(record);
      }
    },
    committed,
    undecided: () => [...open.values()].reduce((sum, records) => sum + records.length, 0),
  };
};
