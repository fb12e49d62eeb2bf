import type { FetchedRecord, TopicPartition } from '../ports/records';
import { type DeadLetter, readLetterRecord } from './letter';

/** The identity of a key: the same key of another event type is another one. */
export const keyIdOf = (eventType: string, key: string): string => `${eventType}\n${key}`;

/** Numbers two by two, for there may be very many keys. */
interface KeyLetters {
  /** The offset of each open letter, and its place. */
  readonly open: number[];
  /** For each origin by its number: up to where events of this key are parked. A letter that says less is a repetition. */
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

  /** Whether this very message is parked already: its offset could not be committed in time. */
  holds(keyId: string, { topic, partition, offset }: TopicPartition & { readonly offset: number }): boolean {
    const known = this.keys.get(keyId);
    return known !== undefined && offset <= upToOf(known.upTo, this.originOf(topic, partition));
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
    const from = this.originOf(origin.topic, origin.partition);
    const alone = laterEvents === 'go-on' || key === undefined;
    if (alone && this.which === 'followed') return;
    const keyId = alone ? `#${from}@${origin.offset}` : keyIdOf(eventType, key);
    const known = this.keys.get(keyId) ?? { open: [], upTo: [] };
    if (origin.offset <= upToOf(known.upTo, from)) return;
    setUpTo(known.upTo, from, origin.offset);
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

  private originOf(topic: string, partition: number): number {
    const name = `${topic}/${partition}`;
    const known = this.origins.get(name) ?? this.origins.size;
    this.origins.set(name, known);
    return known;
  }
}

const upToOf = (pairs: readonly number[], name: number): number => {
  const at = pairs.findIndex((one, i) => i % 2 === 0 && one === name);
  return at < 0 ? -1 : (pairs[at + 1] ?? -1);
};

const setUpTo = (pairs: number[], name: number, value: number): void => {
  const at = pairs.findIndex((one, i) => i % 2 === 0 && one === name);
  if (at < 0) pairs.push(name, value);
  else pairs[at + 1] = value;
};
