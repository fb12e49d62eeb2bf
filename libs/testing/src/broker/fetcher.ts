import type { FetchedBatch, TopicPartition } from '@baton/messaging';
import type { TopicStore } from './topic-store';

interface Place extends TopicPartition {
  position: number;
  paused: boolean;
}

/** Where one member reads in one generation, and what its next fetch returns. */
export class Fetcher {
  private readonly places = new Map<string, Place>();

  constructor(
    private readonly topics: TopicStore,
    private readonly maxRecords: number,
  ) {}

  /** Reads from `position` on; `undefined` means from the earliest record. */
  add({ topic, partition }: TopicPartition, position: number | undefined): void {
    const start = position ?? this.topics.log(topic, partition).logStart();
    this.places.set(`${topic}/${partition}`, { topic, partition, position: start, paused: false });
  }

  setPaused(partitions: readonly TopicPartition[], paused: boolean): void {
    for (const { topic, partition } of partitions) {
      const place = this.places.get(`${topic}/${partition}`);
      if (place !== undefined) place.paused = paused;
    }
  }

  /** Goes on from `nextOffset`; like kafkajs, never backwards. */
  moveTo({ topic, partition }: TopicPartition, nextOffset: number): void {
    const place = this.places.get(`${topic}/${partition}`);
    if (place !== undefined) place.position = Math.max(place.position, nextOffset);
  }

  /** Everything that is there to read now, control and aborted records included; throws where records are gone. */
  fetch(): readonly FetchedBatch[] {
    const batches: FetchedBatch[] = [];
    for (const place of this.places.values()) {
      if (place.paused) continue;
      const { topic, partition } = place;
      const log = this.topics.log(topic, partition);
      log.assertInRange(place.position);
      const { records, aborted } = log.fetch(place.position, this.maxRecords);
      if (records.length > 0)
        batches.push({ topic, partition, fetchedOffset: place.position, records, aborted });
    }
    return batches;
  }
}
