import type { FetchedRecord, OutgoingRecord } from '../ports/records';
import type { DeadLetter, LetterContext, Origin } from './letter';
import {
  copyHeaders,
  copyOf,
  headerText,
  type OriginalMessage,
  originalOf,
  type Unwritable,
} from './original';

/** What a copy on the retry topic says besides the message itself. */
export interface RetryContext extends Pick<LetterContext, 'group' | 'eventType' | 'version' | 'replays'> {
  /** Where it was read first, on an event topic. */
  readonly origin: Origin;
  /** The offset of its first letter: its place among the parked events of its key. */
  readonly order: number;
}

/** A parked event that came back. */
export interface RetryCopy extends RetryContext {
  readonly original: OriginalMessage;
}

/** The record that brings a letter back. Its stamp is fresh; createdAt stays in its headers. */
export const toRetryRecord = (topic: string, letter: DeadLetter, now: number): OutgoingRecord => {
  const { group, eventType, version, replays, place: order } = letter;
  const origin = letter.firstOrigin ?? letter.origin;
  const { copied, unwritable } = copyOf(letter.original);
  const retry = { group, eventType, version, origin, replays: replays + 1, order, unwritable };
  return {
    topic,
    partition: letter.partition,
    timestamp: now,
    key: copied.key,
    value: copied.value,
    headers: { ...copied.headers, [copyHeaders.retry]: JSON.stringify(retry) },
  };
};

/** Reads a record of a retry topic; `undefined` for a foreign one. */
export const readRetryRecord = (record: FetchedRecord): RetryCopy | undefined => {
  const text = headerText(record.headers, copyHeaders.retry);
  if (text === undefined) return undefined;
  try {
    const { unwritable, ...context } = JSON.parse(text) as RetryContext & { readonly unwritable: Unwritable };
    return { ...context, original: originalOf(record, unwritable) };
  } catch {
    return undefined;
  }
};
