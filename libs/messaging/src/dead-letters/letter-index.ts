import type { FetchedRecord, TopicPartition } from '../ports/records';
import { type DeadLetter, readLetterRecord } from './letter';

/** The identity of a key: the same key of another event type is another one. */
export const keyIdOf = (eventType: string, key: string): string => `${eventType}\n${key}`;

interface KeyLetters {
  /** The places of the letters that are not done with, by their offset. */
  readonly open: Map<number, number>;
  /** By origin: up to where events of this key are parked. A letter that says less is a repetition. */
  readonly upTo: Map<string, number>;
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
    for (const other of this.keys.get(keyId)?.open.values() ?? []) if (other < place) return true;
    return false;
  }

  /** Whether this very message is parked already: its offset could not be committed in time. */
  holds(keyId: string, { topic, partition, offset }: TopicPartition & { readonly offset: number }): boolean {
    return offset <= (this.keys.get(keyId)?.upTo.get(`${topic}/${partition}`) ?? -1);
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
    const from = `${origin.topic}/${origin.partition}`;
    const alone = laterEvents === 'go-on' || key === undefined;
    if (alone && this.which === 'followed') return;
    const keyId = alone ? `#${from}@${origin.offset}` : keyIdOf(eventType, key);
    const known = this.keys.get(keyId) ?? { open: new Map(), upTo: new Map() };
    if (origin.offset <= (known.upTo.get(from) ?? -1)) return;
    known.upTo.set(from, origin.offset);
    known.open.set(offset, place);
    this.keys.set(keyId, known);
    this.keyByLetter.set(offset, keyId);
  }

  private close(letter: number): string | undefined {
    const keyId = this.keyByLetter.get(letter);
    if (keyId === undefined) return undefined;
    this.keyByLetter.delete(letter);
    const known = this.keys.get(keyId);
    known?.open.delete(letter);
    if (known?.open.size === 0) this.keys.delete(keyId);
    return keyId;
  }
}
