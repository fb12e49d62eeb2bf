import { BatonError } from '@baton/core';
import type { Clock, OutgoingRecord, TopicPartition } from '@baton/messaging';
import { noObserver, type Observer } from './observer';
import type { TopicStore } from './topic-store';

/** A producer as it introduces itself with every request. */
export interface ProducerIdentity {
  readonly transactionalId: string;
  readonly epoch: number;
}

interface Producing {
  readonly producerId: string;
  epoch: number;
  /** The partitions written in the open transaction; `undefined` if none is open. */
  open: Map<string, TopicPartition> | undefined;
  /** Who waits for the markers of the transaction that was ended last; `undefined` once all are written. */
  ending: (() => void)[] | undefined;
  cancelTimeout: () => void;
}

export interface TransactionsOptions {
  readonly topics: TopicStore;
  readonly clock: Clock;
  /** How long a transaction may stay open before it is aborted, in milliseconds. */
  readonly timeoutMs: () => number;
  /** How long after the decision the marker of one partition is written. */
  readonly markerMs?: () => number;
  readonly observer?: Observer;
}

/**
 * The transaction coordinator: epochs fence, and a transaction that stays open too long is aborted. It decides first
 * and writes the markers of the partitions one by one after that; meanwhile the producer waits.
 */
export class Transactions {
  private readonly producers = new Map<string, Producing>();
  private readonly markerMs: () => number;
  private readonly observer: Observer;

  constructor(private readonly options: TransactionsOptions) {
    this.markerMs = options.markerMs ?? (() => 0);
    this.observer = options.observer ?? noObserver;
  }

  /** Fences the predecessor and aborts what it left open; resolves once that is through. */
  async init(transactionalId: string): Promise<ProducerIdentity> {
    const producing = this.producers.get(transactionalId) ?? {
      producerId: `producer-${this.producers.size + 1}`,
      epoch: -1,
      open: undefined,
      ending: undefined,
      cancelTimeout: () => {},
    };
    this.producers.set(transactionalId, producing);
    producing.epoch += 1;
    const identity = { transactionalId, epoch: producing.epoch };
    this.end(producing, 'abort');
    await markersWritten(producing);
    return identity;
  }

  async send(identity: ProducerIdentity, records: readonly OutgoingRecord[]): Promise<void> {
    const producing = this.current(identity);
    if (producing.ending !== undefined) await markersWritten(producing);
    this.write(identity, records);
  }

  async finish(identity: ProducerIdentity, how: 'commit' | 'abort'): Promise<void> {
    const producing = this.current(identity);
    if (producing.ending !== undefined) await markersWritten(producing);
    this.end(this.current(identity), how);
  }

  /** What the coordinator does when the transaction timeout passes: abort, and fence the producer. */
  expire(transactionalId: string): void {
    const producing = this.producers.get(transactionalId);
    if (producing?.open === undefined) return;
    producing.epoch += 1;
    this.end(producing, 'abort');
  }

  private write(identity: ProducerIdentity, records: readonly OutgoingRecord[]): void {
    const producing = this.current(identity);
    const { topics } = this.options;
    for (const record of records) topics.assertWritable(record);
    const batches = byPartition(records);
    for (const [place, [record]] of batches) {
      producing.open ??= this.open(identity.transactionalId, producing);
      if (record !== undefined) producing.open.set(place, record);
    }
    // each partition takes what is for it, or refuses it, by itself
    const refusals = [...batches.values()].flatMap((batch) => {
      try {
        topics.appendBatch(batch, producing.producerId);
        return [];
      } catch (error) {
        return [error];
      }
    });
    if (refusals.length > 0) throw refusals[0];
  }

  private open(transactionalId: string, producing: Producing): Map<string, TopicPartition> {
    const { clock, timeoutMs } = this.options;
    producing.cancelTimeout = clock.after(timeoutMs(), () => this.expire(transactionalId));
    return new Map();
  }

  private end(producing: Producing, how: 'commit' | 'abort'): void {
    const written = producing.open;
    producing.open = undefined;
    producing.cancelTimeout();
    if (written === undefined) return;
    const marks = [...written.values()].map((place) => ({ place, inMs: this.markerMs() }));
    const later = marks.filter(({ inMs }) => inMs > 0);
    this.mark(
      producing,
      how,
      marks.filter(({ inMs }) => inMs <= 0).map(({ place }) => place),
    );
    let left = later.length;
    if (left > 0) producing.ending = [];
    for (const { place, inMs } of later) {
      this.options.clock.after(inMs, () => {
        this.mark(producing, how, [place]);
        left -= 1;
        if (left === 0) goOn(producing);
      });
    }
  }

  private mark(producing: Producing, how: 'commit' | 'abort', places: readonly TopicPartition[]): void {
    if (places.length === 0) return;
    const { topics, clock } = this.options;
    const { producerId: producer } = producing;
    const markers = places.map(({ topic, partition }) => ({
      topic,
      partition,
      offset: topics.log(topic, partition).endTransaction(producer, how, clock.now()),
    }));
    this.observer.observe({ kind: 'transaction-ended', producer, how, markers });
    for (const { topic } of places) topics.changed(topic);
  }

  private current({ transactionalId, epoch }: ProducerIdentity): Producing {
    const producing = this.producers.get(transactionalId);
    if (producing?.epoch === epoch) return producing;
    throw new BatonError(
      'producer-fenced',
      `Expected epoch ${producing?.epoch} of ${transactionalId}, got ${epoch}: this producer is fenced.`,
    );
  }
}

const byPartition = (records: readonly OutgoingRecord[]): ReadonlyMap<string, readonly OutgoingRecord[]> => {
  const batches = new Map<string, OutgoingRecord[]>();
  for (const record of records) {
    const place = `${record.topic}/${record.partition}`;
    const known = batches.get(place);
    if (known === undefined) batches.set(place, [record]);
    else known.push(record);
  }
  return batches;
};

const markersWritten = (producing: Producing): Promise<void> =>
  new Promise((resolve) => {
    if (producing.ending === undefined) resolve();
    else producing.ending.push(resolve);
  });

const goOn = (producing: Producing): void => {
  const waiting = producing.ending ?? [];
  producing.ending = undefined;
  for (const resolve of waiting) resolve();
};
