import type { FetchedRecord, TopicPartition } from '../ports/records';
import { type DeadLetter, type Origin, readLetterRecord } from './letter';

/** The identity of a key: the same key of another event type is another one. */
export const keyIdOf = (eventType: string, key: string): string => `${eventType}\n${key}`;

/** Numbers two by two, for there may be very many keys. */
interface KeyLetters {
  /** The offset of each open letter, and its place. */
  readonly open: number[];
  /** For each origin by its number, up to where events of this key are parked: its offset, and its stamp. */
  readonly upTo: number[];
}

/**
 * Which letters of one partition of a dead-letter topic are open, by their keys, as everybody who reads it sees it. A
 * letter that was stored twice counts once, as long as the first is open. It keeps two numbers for each open letter.
 */
export class LetterIndex {
  /** From where to read on. */
  position = 0;
  private readonly keys = new Map<string, KeyLetters>();
  private readonly keyByLetter = new Map<number, string>();
  private readonly origins = new Map<string, number>();

  /** `followed`: only letters that later events of their key wait behind. */
  constructor(private readonly which: 'all' | 'followed' = 'followed') {}

  /** Takes the next record; answers the key if it was replayed just now. */
  apply(partition: number, record: FetchedRecord): string | undefined {
    this.position = record.offset + 1;
    const read = readLetterRecord(partition, record);
    if (read === undefined) return undefined;
    if (read.kind === 'letter') {
      this.add(read);
      return undefined;
    }
    const keyId = this.close(read.letter);
    return read.kind === 'replayed' ? keyId : undefined;
  }

  isParked(keyId: string): boolean {
    return this.keys.has(keyId);
  }

  /** Whether an event of the key is parked that comes before `place`. */
  hasBefore(keyId: string, place: number): boolean {
    return (this.keys.get(keyId)?.open ?? []).some((other, i) => i % 2 === 1 && other < place);
  }

  /**
   * Whether this message was parked already, or done with before one that was: its offset could not be committed in time.
   * A message with a lower offset and a later stamp is another one: its topic was made anew.
   */
  holds(keyId: string, place: Origin): boolean {
    const known = this.keys.get(keyId);
    return known !== undefined && isUpTo(known.upTo, this.originOf(place), place);
  }

  /** Whether the letter at this offset is open. */
  isOpen(offset: number): boolean {
    return this.keyByLetter.has(offset);
  }

  /** How many letters are open. */
  size(): number {
    return this.keyByLetter.size;
  }

  private add({ key, eventType, origin, offset, laterEvents, place }: DeadLetter): void {
    const from = this.originOf(origin);
    const alone = laterEvents === 'go-on' || key === undefined;
    if (alone && this.which === 'followed') return;
    const keyId = alone ? `#${from}@${origin.offset}` : keyIdOf(eventType, key);
    const known = this.keys.get(keyId) ?? { open: [], upTo: [] };
    if (isUpTo(known.upTo, from, origin)) return;
    setUpTo(known.upTo, from, origin);
    known.open.push(offset, place);
    this.keys.set(keyId, known);
    this.keyByLetter.set(offset, keyId);
  }

  private close(letter: number): string | undefined {
    const keyId = this.keyByLetter.get(letter);
    if (keyId === undefined) return undefined;
    this.keyByLetter.delete(letter);
    const open = this.keys.get(keyId)?.open ?? [];
    const at = open.findIndex((offset, i) => i % 2 === 0 && offset === letter);
    if (at >= 0) open.splice(at, 2);
    if (open.length === 0) this.keys.delete(keyId);
    return keyId;
  }

  private originOf({ topic, partition }: TopicPartition): number {
    const name = `${topic}/${partition}`;
    const known = this.origins.get(name) ?? this.origins.size;
    this.origins.set(name, known);
    return known;
  }
}

const width = 3;

const find = (upTo: readonly number[], from: number): number =>
  upTo.findIndex((one, i) => i % width === 0 && one === from);

const isUpTo = (upTo: readonly number[], from: number, { offset, timestamp }: Origin): boolean => {
  const at = find(upTo, from);
  return at >= 0 && offset <= (upTo[at + 1] ?? 0) && timestamp <= (upTo[at + 2] ?? 0);
};

const setUpTo = (upTo: number[], from: number, { offset, timestamp }: Origin): void => {
  const at = find(upTo, from);
  if (at < 0) upTo.push(from, offset, timestamp);
  else upTo.splice(at + 1, 2, offset, Math.max(timestamp, upTo[at + 2] ?? 0));
};
