import type { CommittedOffset, OffsetToCommit, TopicPartition } from '@baton/messaging';

/** The committed offsets of one group. */
export class OffsetStore {
  private readonly stored = new Map<string, { readonly offset: number; readonly metadata: string }>();

  put({ topic, partition, offset, metadata = '' }: OffsetToCommit): void {
    this.stored.set(`${topic}/${partition}`, { offset, metadata });
  }

  get({ topic, partition }: TopicPartition): CommittedOffset {
    const found = this.stored.get(`${topic}/${partition}`);
    return { topic, partition, offset: found?.offset, metadata: found?.metadata ?? '' };
  }

  size(): number {
    return this.stored.size;
  }

  /** What offset retention does to a group that was empty for too long. */
  expire(): void {
    this.stored.clear();
  }
}
