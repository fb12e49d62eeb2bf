import { BatonError } from '@baton/core';
import type { Clock, OutgoingRecord, TopicPartition, TopicSettings } from '@baton/messaging';
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

/** What a broker takes at once for one partition, if nobody says otherwise. */
const maxBatchBytes = 1_048_588;

const sizeOf = ({ key, value, headers }: StorableRecord): number =>
  Object.entries(headers).reduce(
    (sum, [name, text]) => sum + name.length + text.length,
    (key?.length ?? 0) + (value?.length ?? 0),
  );

/** The topics of a broker and their logs. */
export class TopicStore {
  private readonly topics = new Map<string, StoredTopic>();
  private readonly watchers = new Map<string, Set<() => void>>();
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

  /** Refuses what a broker refuses of any record: unknown topics, and those that may not be written. */
  assertWritable({ topic, partition }: TopicPartition): void {
    this.log(topic, partition);
    if (this.refused.has(topic)) {
      throw new BatonError('not-authorized', `Expected the right to write to ${topic}, got none.`);
    }
  }

  /** Stores records that were sent together to one partition: all of them, or none if one is refused. */
  appendBatch(records: readonly StorableRecord[], transactionOf: string | undefined): void {
    const bytes = records.reduce((sum, record) => sum + sizeOf(record), 0);
    if (bytes > maxBatchBytes)
      throw new BatonError('event-too-large', `Expected at most ${maxBatchBytes} bytes, got ${bytes}.`);
    for (const record of records) this.assertStamp(record);
    for (const record of records) this.append(record, transactionOf);
  }

  /** Stamps that are too far from the broker's clock are refused. */
  private assertStamp({ topic, timestamp }: StorableRecord): void {
    const { timestampAfterMaxMs, timestampBeforeMaxMs, timestampType } =
      this.settings(topic) ?? goodTopicSettings;
    if (timestampType === 'LogAppendTime') return;
    const ahead = timestamp - this.clock.now();
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
    this.observer.stored({
      topic,
      partition,
      offset,
      timestamp: stamped,
      key,
      value,
      headers,
      transactionOf,
    });
    this.changed(topic);
    return offset;
  }

  /** Tells everybody who waits for something new in a topic. */
  changed(name: string): void {
    for (const watcher of [...(this.watchers.get(name) ?? [])]) watcher();
  }

  /** Calls back whenever there is something new in one of the topics; answers how to stop. */
  watch(names: readonly string[], watcher: () => void): () => void {
    for (const name of names) {
      const known = this.watchers.get(name);
      if (known === undefined) this.watchers.set(name, new Set([watcher]));
      else known.add(watcher);
    }
    return () => {
      for (const name of names) this.watchers.get(name)?.delete(watcher);
    };
  }
}
