import { BatonError } from '@baton/core';
import type { Clock, OutgoingRecord, TopicSettings } from '@baton/messaging';
import { noObserver, type Observer } from './observer';
import { PartitionLog } from './partition-log';

interface StoredTopic {
  settings: TopicSettings;
  readonly partitions: readonly PartitionLog[];
}

/** What can be stored: an event's record, or one without a key or without a value, as in compacted topics. */
export type StorableRecord = Omit<OutgoingRecord, 'key' | 'value'> & {
  readonly key: string | null;
  readonly value: Buffer | null;
};

/** The settings that event topics need. */
export const goodTopicSettings: TopicSettings = {
  partitions: 1,
  timestampType: 'CreateTime',
  timestampAfterMaxMs: 1_000,
  timestampBeforeMaxMs: Number.POSITIVE_INFINITY,
  retentionMs: 7 * 86_400_000,
  cleanupPolicy: 'delete',
};

/** The topics of a broker and their logs. */
export class TopicStore {
  private readonly topics = new Map<string, StoredTopic>();
  private readonly watchers = new Set<() => void>();
  private readonly refused = new Set<string>();

  constructor(
    private readonly clock: Clock,
    /** Whether the broker checks rights at all. */
    readonly authorizer: 'on' | 'off' = 'on',
    private readonly observer: Observer = noObserver,
  ) {}

  /** The broker's clock. */
  now(): number {
    return this.clock.now();
  }

  /** From now on nobody may write to the topic; it need not exist. */
  refuseWrites(name: string): void {
    this.refused.add(name);
  }

  writesRefused(name: string): boolean {
    return this.refused.has(name);
  }

  create(name: string, settings: Partial<TopicSettings> = {}): void {
    const complete = { ...goodTopicSettings, ...settings };
    const partitions = Array.from({ length: complete.partitions }, () => new PartitionLog());
    this.topics.set(name, { settings: complete, partitions });
  }

  delete(name: string): void {
    this.topics.delete(name);
  }

  settings(name: string): TopicSettings | undefined {
    return this.topics.get(name)?.settings;
  }

  logs(name: string): readonly PartitionLog[] {
    const topic = this.topics.get(name);
    if (topic === undefined) {
      throw new BatonError('topic-missing', `Expected the topic ${name}, but it does not exist.`);
    }
    return topic.partitions;
  }

  log(name: string, partition: number): PartitionLog {
    const log = this.logs(name)[partition];
    if (log === undefined) {
      throw new BatonError('invalid-argument', `Expected partition ${partition} of ${name}, got none.`);
    }
    return log;
  }

  /** Refuses what a broker refuses: unknown topics and stamps too far from its clock. */
  check(record: OutgoingRecord): void {
    this.log(record.topic, record.partition);
    if (this.refused.has(record.topic)) {
      throw new BatonError('not-authorized', `Expected the right to write to ${record.topic}, got none.`);
    }
    const { timestampAfterMaxMs, timestampBeforeMaxMs } = this.settings(record.topic) ?? goodTopicSettings;
    const ahead = record.timestamp - this.clock.now();
    if (ahead > timestampAfterMaxMs || -ahead > timestampBeforeMaxMs) {
      throw new BatonError(
        'clock-out-of-range',
        `Expected a stamp near the broker's clock, got one ${ahead} ms ahead.`,
      );
    }
  }

  append(record: StorableRecord, transactionOf: string | undefined): number {
    const { topic, partition, key, value, headers, timestamp } = record;
    const stamped = this.settings(topic)?.timestampType === 'LogAppendTime' ? this.clock.now() : timestamp;
    const offset = this.log(topic, partition).append({
      timestamp: stamped,
      key: key === null ? null : Buffer.from(key),
      value,
      headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
      kind: 'data',
      transactionOf,
    });
    this.tell(record, { offset, timestamp: stamped, transactionOf });
    this.changed();
    return offset;
  }

  private tell(
    { topic, partition, key, value, headers }: StorableRecord,
    stored: {
      readonly offset: number;
      readonly timestamp: number;
      readonly transactionOf: string | undefined;
    },
  ): void {
    const call = this.observer.callOf(value);
    this.observer.observe({
      kind: 'record-stored',
      topic,
      partition,
      key: key ?? '',
      headers,
      call,
      ...stored,
    });
  }

  /** Tells everybody who waits for new records. */
  changed(): void {
    for (const watcher of [...this.watchers]) watcher();
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }
}
