import type { FetchedBatch, FetchedRecord } from '@baton/messaging';
import type { RawAborted, RawMessage } from './kafkajs-internals';

export interface RawBatchParts {
  readonly topic: string;
  readonly partition: number;
  readonly fetchedOffset: string;
  readonly messages: readonly RawMessage[];
  readonly aborted: readonly RawAborted[];
  readonly isControl: (message: RawMessage) => boolean;
}

/** Turns decoded messages into the port's form: offsets and timestamps as numbers, markers by their kind. */
export const toFetchedBatch = ({
  topic,
  partition,
  fetchedOffset,
  messages,
  aborted,
  isControl,
}: RawBatchParts): FetchedBatch => ({
  topic,
  partition,
  fetchedOffset: Number(fetchedOffset),
  records: messages.map((message) => toRecord(message, isControl(message))),
  aborted: aborted.map(({ producerId, firstOffset }) => ({ producerId, firstOffset: Number(firstOffset) })),
});

const toRecord = (message: RawMessage, isControl: boolean): FetchedRecord => ({
  offset: Number(message.offset),
  timestamp: Number(message.timestamp),
  key: message.key,
  value: message.value,
  headers: withoutNulls(message.headers),
  kind: isControl ? controlKind(message.key) : 'data',
  transactionOf: message.batchContext?.inTransaction ? message.batchContext.producerId : undefined,
});

/** A control record's key is its version and its type, two bytes each: 0 aborts, 1 commits. */
const controlKind = (key: Buffer | null): FetchedRecord['kind'] => {
  if (key === null || key.length < 4) return 'other-control';
  const type = key.readInt16BE(2);
  if (type === 0) return 'abort-marker';
  return type === 1 ? 'commit-marker' : 'other-control';
};

const none: FetchedRecord['headers'] = {};

/** Headers may have no value at all, which kafkajs gives as null against its own types. */
const withoutNulls = (headers: RawMessage['headers']): FetchedRecord['headers'] => {
  if (headers === undefined) return none;
  for (const name in headers) {
    if ((headers[name] ?? null) === null) {
      return Object.fromEntries(Object.entries(headers).filter(([, value]) => (value ?? null) !== null));
    }
  }
  return headers;
};
