import type { FetchedRecord, OutgoingRecord, TopicPartition } from '../ports/records';
import {
  copyHeaders,
  copyOf,
  headerText,
  type OriginalMessage,
  originalOf,
  type Unwritable,
} from './original';

/** Why an event was parked: its handler failed, nobody can read it, or an earlier event of its key is parked. */
export type ParkedBecause = 'failed' | 'unreadable' | 'follows';

/** Where a message was read, and its stamp there. */
export interface Origin extends TopicPartition {
  readonly offset: number;
  readonly timestamp: number;
}

/** What a dead letter says besides the message itself. */
export interface LetterContext {
  readonly group: string;
  readonly instance: string;
  readonly eventType: string;
  /** The version that was responsible. */
  readonly version: number;
  /** Where the message was read: on an event topic, or on the retry topic. */
  readonly origin: Origin;
  /** Where it was read first, if that was not there. */
  readonly firstOrigin?: Origin;
  readonly because: ParkedBecause;
  readonly attempts: number;
  readonly error?: { readonly code: string; readonly message: string; readonly stack?: string };
  /** Whether later events of its key are parked behind it. */
  readonly laterEvents: 'follow' | 'go-on';
  /** How often it was replayed before it was parked here. */
  readonly replays: number;
  /** The offset of its first letter here, if this is not the first: letters of a key are replayed in this order. */
  readonly order?: number;
}

/** An event parked in the dead-letter topic of a group. */
export interface DeadLetter extends LetterContext {
  readonly kind: 'letter';
  readonly partition: number;
  readonly offset: number;
  readonly parkedAt: number;
  /** The place of the letter among those of its key. */
  readonly place: number;
  /** `undefined` for a message without a key. */
  readonly key: string | undefined;
  readonly original: OriginalMessage;
}

/** Says that a letter is done with; written behind it. */
export interface LetterMark {
  readonly kind: 'replayed' | 'discarded';
  readonly letter: number;
  readonly by: string;
  readonly because?: string;
}

/** The record that parks a message. Its stamp is fresh, so that retention counts from now. */
export const toLetterRecord = (
  place: TopicPartition,
  message: OriginalMessage,
  { context, now }: { readonly context: LetterContext; readonly now: number },
): OutgoingRecord => {
  const { copied, unwritable } = copyOf(message);
  const letter = JSON.stringify({ kind: 'letter', ...context, unwritable });
  return {
    topic: place.topic,
    partition: place.partition,
    timestamp: now,
    key: copied.key,
    value: copied.value,
    headers: { ...copied.headers, [copyHeaders.letter]: letter },
  };
};

/** The record that marks a letter as replayed or discarded. */
export const toMarkRecord = (
  topic: string,
  letter: DeadLetter,
  mark: LetterMark,
  now: number,
): OutgoingRecord => ({
  topic,
  partition: letter.partition,
  timestamp: now,
  key: letter.key ?? '',
  value: Buffer.alloc(0),
  headers: { [copyHeaders.letter]: JSON.stringify(mark) },
});

/** Reads a record of a dead-letter topic; `undefined` for a foreign one, whatever its header looks like. */
export const readLetterRecord = (
  partition: number,
  record: FetchedRecord,
): DeadLetter | LetterMark | undefined => {
  const parsed = parse(headerText(record.headers, copyHeaders.letter));
  if (parsed?.kind !== 'letter') return parsed;
  const { unwritable, ...context } = parsed;
  const original = originalOf(record, unwritable);
  return {
    ...context,
    partition,
    offset: record.offset,
    parkedAt: record.timestamp,
    place: context.order ?? record.offset,
    key: original.key?.toString('utf8'),
    original,
  };
};

type StoredLetter = LetterContext & { readonly kind: 'letter'; readonly unwritable: Unwritable };

const parse = (text: string | undefined): StoredLetter | LetterMark | undefined => {
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return isLetter(parsed) || isMark(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
};

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const isOffset = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0;

const isMark = (value: unknown): value is LetterMark =>
  isObject(value) && (value.kind === 'replayed' || value.kind === 'discarded') && isOffset(value.letter);

/** Only what reading a letter takes for granted: other releases may say more, or less. */
const isLetter = (value: unknown): value is StoredLetter =>
  isObject(value) &&
  value.kind === 'letter' &&
  typeof value.eventType === 'string' &&
  isOrigin(value.origin) &&
  (value.order === undefined || isOffset(value.order)) &&
  isUnwritable(value.unwritable);

const isOrigin = (value: unknown): boolean =>
  isObject(value) &&
  typeof value.topic === 'string' &&
  isOffset(value.partition) &&
  isOffset(value.offset) &&
  typeof value.timestamp === 'number';

const isUnwritable = (value: unknown): value is Unwritable =>
  isObject(value) &&
  (value.key === undefined || value.key === null || typeof value.key === 'string') &&
  (value.headers === undefined || (isObject(value.headers) && Object.values(value.headers).every(isTexts)));

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');
