import type { LogOffsets } from '../ports/log-offsets';
import type { RecordReader } from '../ports/record-reader';
import { type DeadLetter, type LetterMark, readLetterRecord } from './letter';
import { deadLetterTopicOf } from './topics';

export interface LetterSources {
  readonly reader: RecordReader;
  readonly logOffsets: LogOffsets;
}

/**
 * The letters of a group that are neither replayed nor discarded, partition by partition, in the order they were
 * parked. Everything is read twice, so that only numbers are kept in memory. A letter that was stored twice comes once.
 */
export async function* openLetters(sources: LetterSources, group: string): AsyncGenerator<DeadLetter> {
  const topic = deadLetterTopicOf(group);
  const ends = await sources.logOffsets.end(topic);
  for (const [partition, end] of ends.entries()) {
    const place = { topic, partition, end };
    const open = await openOffsets(sources, place);
    if (open.size === 0) continue;
    for await (const letter of readLetters(sources, place)) {
      if (letter.kind === 'letter' && open.has(letter.offset)) yield letter;
    }
  }
}

interface Span {
  readonly topic: string;
  readonly partition: number;
  readonly end: number;
}

const openOffsets = async (sources: LetterSources, span: Span): Promise<ReadonlySet<number>> => {
  const open = new Set<number>();
  const known = new Map<string, Set<number>>();
  for await (const read of readLetters(sources, span)) {
    if (read.kind === 'letter') {
      const from = `${read.origin.topic}/${read.origin.partition}`;
      const seen = known.get(from) ?? new Set();
      known.set(from, seen);
      if (!seen.has(read.origin.offset)) open.add(read.offset);
      seen.add(read.origin.offset);
    } else {
      open.delete(read.letter);
    }
  }
  return open;
};

async function* readLetters(
  { reader }: LetterSources,
  { topic, partition, end }: Span,
): AsyncGenerator<DeadLetter | LetterMark> {
  for (let position = 0; position < end; ) {
    const { records, nextOffset } = await reader.read({ topic, partition }, position);
    for (const record of records) {
      const read = readLetterRecord(partition, record);
      if (read !== undefined) yield read;
    }
    if (nextOffset <= position) return;
    position = nextOffset;
  }
}
