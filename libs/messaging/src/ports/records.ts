/** A place in the log: one partition of one topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A record to write. Key and partition are always explicit, so that a resend lands where the first attempt did. */
export interface OutgoingRecord extends TopicPartition {
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since 1970; the topic is CreateTime, so readers see this very number. */
  readonly timestamp: number;
}

/** A record as the broker returned it, before anything is filtered. */
export interface FetchedRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | string | readonly (Buffer | string)[] | undefined>>;
  readonly kind: 'data' | 'commit-marker' | 'abort-marker' | 'other-control';
  /** The producer of a transactional batch; `undefined` for a record outside a transaction. */
  readonly transactionOf: string | undefined;
}

/** A transaction that was aborted, as the fetch response lists it (in order of completion, not of beginning). */
export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: number;
}

/** What one fetch returned for one partition: every record from the fetched offset on, control and aborted ones too. */
export interface FetchedBatch extends TopicPartition {
  readonly fetchedOffset: number;
  /** In order of their offsets. They may be made only as they are asked for, and anew each time. */
  readonly records: Iterable<FetchedRecord>;
  readonly aborted: readonly AbortedTransaction[];
}
