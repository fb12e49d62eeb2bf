import type { FetchedRecord, TopicPartition } from './records';

/** What one reading of a partition found. */
export interface RecordPage {
  /** Committed data records only, in order. */
  readonly records: readonly FetchedRecord[];
  /** From where to go on; behind control and aborted records too. */
  readonly nextOffset: number;
}

/** Reads partitions outside of any group: nothing is committed, and nobody is disturbed. */
export interface RecordReader {
  /** The records from `offset` on, as many as one fetch returns; none at the end. A deleted offset is skipped. */
  read(place: TopicPartition, offset: number): Promise<RecordPage>;
  close(): Promise<void>;
}
