import { BatonError } from '@baton/core';
import type { Clock, OutgoingRecord, TopicPartition } from '@baton/messaging';
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
  cancelTimeout: () => void;
}

/** The transaction coordinator: epochs fence, and a transaction that stays open too long is aborted. */
export class Transactions {
  private readonly producers = new Map<string, Producing>();

  constructor(
    private readonly topics: TopicStore,
    private readonly clock: Clock,
    private readonly timeoutMs: number,
  ) {}

  /** Aborts what the predecessor left open and fences it. */
  init(transactionalId: string): ProducerIdentity {
    const known = this.producers.get(transactionalId);
    const producing = known ?? {
      producerId: `producer-${this.producers.size + 1}`,
      epoch: -1,
      open: undefined,
      cancelTimeout: () => {},
    };
    this.producers.set(transactionalId, producing);
    this.end(producing, 'abort');
    producing.epoch += 1;
    return { transactionalId, epoch: producing.epoch };
  }

  send(identity: ProducerIdentity, records: readonly OutgoingRecord[]): void {
    const producing = this.current(identity);
    for (const record of records) this.topics.check(record);
    for (const record of records) {
      producing.open ??= this.open(identity.transactionalId, producing);
      producing.open.set(`${record.topic}/${record.partition}`, record);
      this.topics.append(record, producing.producerId);
    }
  }

  finish(identity: ProducerIdentity, how: 'commit' | 'abort'): void {
    this.end(this.current(identity), how);
  }

  /** What the coordinator does when the transaction timeout passes: abort, and fence the producer. */
  expire(transactionalId: string): void {
    const producing = this.producers.get(transactionalId);
    if (producing?.open === undefined) return;
    this.end(producing, 'abort');
    producing.epoch += 1;
  }

  private open(transactionalId: string, producing: Producing): Map<string, TopicPartition> {
    producing.cancelTimeout = this.clock.after(this.timeoutMs, () => this.expire(transactionalId));
    return new Map();
  }

  private end(producing: Producing, how: 'commit' | 'abort'): void {
    const written = producing.open;
    producing.open = undefined;
    producing.cancelTimeout();
    for (const { topic, partition } of written?.values() ?? []) {
      this.topics.log(topic, partition).endTransaction(producing.producerId, how, this.clock.now());
    }
    if (written !== undefined) this.topics.changed();
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
