import type { LogOffsets } from '../ports/log-offsets';
import type { RecordReader } from '../ports/record-reader';
import type { FetchedRecord } from '../ports/records';
import { type DeadLetter, readLetterRecord } from './letter';
import { LetterIndex } from './letter-index';
import { deadLetterTopicOf } from './topics';

export interface LetterSources {
  readonly reader: RecordReader;
  readonly logOffsets: LogOffsets;
}

/**
 * The letters of a group that are neither replayed nor discarded, partition by partition, in the order they were
 * parked. Everything is read twice, so that only numbers are kept in memory.
 */
export async function* openLetters(sources: LetterSources, group: string): AsyncGenerator<DeadLetter> {
  const topic = deadLetterTopicOf(group);
  const ends = await sources.logOffsets.end(topic);
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

interface Span {
  readonly topic: string;
  readonly partition: number;
  readonly end: number;
}

async function* readRecords(
  { reader }: LetterSources,
  { topic, partition, end }: Span,
): AsyncGenerator<FetchedRecord> {
  for (let position = 0; position < end; ) {
    const { records, nextOffset } = await reader.read({ topic, partition }, position);
    yield* records;
    if (nextOffset <= position) return;
    position = nextOffset;
  }
}
