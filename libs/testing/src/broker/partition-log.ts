import { BatonError } from '@baton/core';
import type { AbortedTransaction, FetchedRecord } from '@baton/messaging';

/** What is appended to a partition. */
export type RecordToStore = Omit<FetchedRecord, 'offset'>;

interface FinishedAbort extends AbortedTransaction {
  readonly markerOffset: number;
}

/** One partition as a broker keeps it: control records take offsets, and an open transaction hides what follows it. */
export class PartitionLog {
  private readonly records: FetchedRecord[] = [];
  private readonly openSince = new Map<string, number>();
  /** In order of completion, as Kafka's index is. */
  private readonly aborts: FinishedAbort[] = [];
  private start = 0;

  append(record: RecordToStore): number {
    const offset = this.records.length;
    this.records.push({ ...record, offset });
    if (record.kind === 'data' && record.transactionOf !== undefined) {
      if (!this.openSince.has(record.transactionOf)) this.openSince.set(record.transactionOf, offset);
    }
    return offset;
  }

  /** Ends a producer's transaction here with a marker; answers its offset. */
  endTransaction(producerId: string, how: 'commit' | 'abort', timestamp: number): number {
    const firstOffset = this.openSince.get(producerId);
    const kind = how === 'commit' ? 'commit-marker' : 'abort-marker';
    const markerOffset = this.append({
      timestamp,
      key: null,
      value: null,
      headers: {},
      kind,
      transactionOf: producerId,
    });
    if (firstOffset === undefined) return markerOffset;
    this.openSince.delete(producerId);
    if (how === 'abort') this.aborts.push({ producerId, firstOffset, markerOffset });
    return markerOffset;
  }

  /** The first offset still stored. */
  logStart(): number {
    return this.start;
  }

  /** The end, records of open transactions included. */
  highWatermark(): number {
    return this.records.length;
  }

  /** Throws `data-lost-to-retention` if `offset` can not be read: what was there is gone, or never was. */
  assertInRange(offset: number): void {
    const [first, end] = [this.start, this.records.length];
    if (offset >= first && offset <= end) return;
    throw new BatonError(
      'data-lost-to-retention',
      `Expected offset ${offset} in the log, but it goes from ${first} to ${end}.`,
      { details: { offset, first, end } },
    );
  }

  /** The first offset that an open transaction keeps from readers; the high watermark if none is open. */
  lastStableOffset(): number {
    return Math.min(this.records.length, ...this.openSince.values());
  }

  /** What a read_committed fetch returns: up to the last stable offset, aborted records and their list included. */
  fetch(
    offset: number,
    maxRecords: number,
  ): { readonly records: readonly FetchedRecord[]; readonly aborted: readonly AbortedTransaction[] } {
    const end = Math.min(this.lastStableOffset(), offset + maxRecords);
    const aborted = this.aborts
      .filter(({ firstOffset, markerOffset }) => firstOffset < end && markerOffset >= offset)
      .map(({ producerId, firstOffset }) => ({ producerId, firstOffset }));
    return { records: this.records.slice(offset, end), aborted };
  }

  /** The first offset stamped at or after `timestamp`; the end if none is. Markers count, as in Kafka. */
  firstStampedFrom(timestamp: number): number {
    const found = this.records.find((record) => record.offset >= this.start && record.timestamp >= timestamp);
    return found?.offset ?? this.records.length;
  }

  /** Retention: everything below `offset` is gone. */
  deleteBefore(offset: number): void {
    this.start = Math.max(this.start, Math.min(offset, this.records.length));
  }

  /** Every stored data record that was not aborted, in order; those of open transactions are left out. */
  committed(): readonly FetchedRecord[] {
    const stable = this.lastStableOffset();
    return this.records.filter(
      ({ kind, offset, transactionOf }) =>
        kind === 'data' &&
        offset < stable &&
        offset >= this.start &&
        !this.aborts.some(
          ({ producerId, firstOffset, markerOffset }) =>
            producerId === transactionOf && firstOffset <= offset && offset < markerOffset,
        ),
    );
  }
}
