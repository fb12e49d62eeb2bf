import { BatonError } from '@baton/core';
import type { Clock, OutgoingRecord, TopicSettings } from '@baton/messaging';
import { PartitionLog } from './partition-log';

interface StoredTopic {
  settings: TopicSettings;
  readonly partitions: readonly PartitionLog[];
}

/** The settings that event topics need. */
export const goodTopicSettings: TopicSettings = {
  partitions: 1,
  timestampType: 'CreateTime',
  timestampAfterMaxMs: 1_000,
  timestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  retentionMs: 7 * 86_400_000,
  cleanupPolicy: 'delete',
};

/** The topics of a broker and their logs. */
export class TopicStore {
  private readonly topics = new Map<string, StoredTopic>();
  private readonly watchers = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

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
    const { timestampAfterMaxMs, timestampBeforeMaxMs } = this.settings(record.topic) ?? goodTopicSettings;
    const ahead = record.timestamp - this.clock.now();
    if (ahead > timestampAfterMaxMs || -ahead > timestampBeforeMaxMs) {
      throw new BatonError(
        'clock-out-of-range',
        `Expected a stamp near the broker's clock, got one ${ahead} ms ahead.`,
      );
    }
  }

  append(record: OutgoingRecord, transactionOf: string | undefined): number {
    const { topic, partition, key, value, headers, timestamp } = record;
    const stamped = this.settings(topic)?.timestampType === 'LogAppendTime' ? this.clock.now() : timestamp;
    const offset = this.log(topic, partition).append({
      timestamp: stamped,
      key: Buffer.from(key),
      value,
      headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
      kind: 'data',
      transactionOf,
    });
    this.changed();
    return offset;
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
