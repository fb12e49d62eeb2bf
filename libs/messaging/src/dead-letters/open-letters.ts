import { BatonError } from '@baton/core';
import type { LogOffsets } from '../ports/log-offsets';
import type { RecordReader } from '../ports/record-reader';
import type { FetchedRecord, TopicPartition } from '../ports/records';
import { type Clock, delay } from '../ports/runtime';
import { type DeadLetter, readLetterRecord } from './letter';
import { LetterIndex } from './letter-index';
import { deadLetterTopicOf } from './topics';

export interface LetterSources {
  readonly reader: RecordReader;
  readonly logOffsets: LogOffsets;
  readonly clock: Clock;
}

/**
 * The letters of a group that are neither replayed nor discarded, partition by partition, in the order they were
 * parked. Everything is read twice, so that only numbers are kept in memory. `upTo` has them as they were when the
 * partitions ended there.
 */
export async function* openLetters(
  sources: LetterSources,
  group: string,
  upTo?: readonly number[],
): AsyncGenerator<DeadLetter> {
  const topic = deadLetterTopicOf(group);
  const ends = upTo ?? (await sources.logOffsets.end(topic));
  for (const [partition, end] of ends.entries()) {
    const place = { topic, partition, end };
    const index = new LetterIndex('all');
    for await (const record of readRecords(sources, place)) index.apply(partition, record);
    if (index.size() === 0) continue;
    for await (const record of readRecords(sources, place)) {
      const letter = index.isOpen(record.offset) ? readLetterRecord(partition, record) : undefined;
      if (letter?.kind === 'letter') yield letter;
    }
  }
}

interface Span extends TopicPartition {
  readonly start?: number;
  readonly end: number;
}

const lookAgainMs = 50;
/** Longer than brokers let a transaction stay open. */
const hiddenAtMostMs = 20_000;

/** Every committed record below `end`; what an open transaction hides is waited for. */
export async function* readRecords(
  { reader, clock }: Pick<LetterSources, 'reader' | 'clock'>,
  { topic, partition, end, start = 0 }: Span,
): AsyncGenerator<FetchedRecord> {
  let hiddenMs = 0;
  for (let position = start; position < end; ) {
    const { records, nextOffset } = await reader.read({ topic, partition }, position);
    yield* records.filter(({ offset }) => offset < end);
    if (nextOffset > position) {
      position = nextOffset;
      continue;
    }
    if (hiddenMs >= hiddenAtMostMs) throw hidden(topic, partition, position);
    hiddenMs += lookAgainMs;
    await delay(clock, lookAgainMs);
  }
}

const hidden = (topic: string, partition: number, position: number): BatonError =>
  new BatonError(
    'broker-unavailable',
    `Expected to read ${topic}/${partition} to its end, but an open transaction hides what follows offset ${position}. Try again.`,
  );
