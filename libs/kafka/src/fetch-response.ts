import { BatonError } from '@baton/core';
import type { AbortedTransaction, FetchedRecord } from '@baton/messaging';
import { BrokenBytes, ByteReader } from './byte-reader';
import {
  type FetchedSet,
  type LegacyMessage,
  type RawFetchResponse,
  type RawPartition,
  readLegacySet,
} from './kafkajs-internals';
import { isLegacySet, readRecordBatches, recordsOf } from './record-batch';

/** Before it, responses tell nothing of transactions; every broker since Kafka 0.11 speaks it. */
export const oldestFetchVersion = 4;

/**
 * Reads a fetch response of version 4 to 11. Records stay the bytes they are until they are asked for: kafkajs makes
 * strings, buffers and objects of every part of every record, which costs more than all that a consumer does with it.
 */
export const decodeFetchResponse = async (payload: Buffer, version: number): Promise<RawFetchResponse> => {
  const reader = new ByteReader(payload);
  const throttleTime = reader.int32();
  const [errorCode, sessionId] = version < 7 ? [0, 0] : [reader.int16(), reader.int32()];
  const responses = await list(reader, async () => {
    const topicName = reader.text();
    return { topicName, partitions: await list(reader, () => readPartition(reader, topicName, version)) };
  });
  const session = { errorCode, sessionId, responses };
  // since version 8 the client has to wait, before it the broker did
  return version < 8
    ? { ...session, throttleTime }
    : { ...session, throttleTime: 0, clientSideThrottleTime: throttleTime };
};

const list = async <T>(reader: ByteReader, read: () => T | Promise<T>): Promise<readonly T[]> => {
  const items: T[] = [];
  const count = reader.int32();
  for (let i = 0; i < count; i += 1) items.push(await read());
  return items;
};

const readPartition = async (reader: ByteReader, topic: string, version: number): Promise<RawPartition> => {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = String(reader.int64());
  const lastStableOffset = String(reader.int64());
  if (version >= 5) reader.int64(); // start of the log
  const aborted = await list(reader, () => ({
    producerId: String(reader.int64()),
    firstOffset: Number(reader.int64()),
  }));
  const preferredReadReplica = version >= 11 ? reader.int32() : -1;
  const bytes = reader.take(Math.max(0, reader.int32()));
  const known = { partition, errorCode, highWatermark, lastStableOffset, preferredReadReplica };
  try {
    return { ...known, abortedTransactions: [], messages: await readSet(bytes, aborted) };
  } catch (error) {
    throw error instanceof BrokenBytes ? corrupt(error, { topic, partition }) : error;
  }
};

const readSet = async (
  bytes: Buffer,
  aborted: readonly AbortedTransaction[],
): Promise<readonly FetchedSet[]> => {
  if (isLegacySet(bytes)) return readMessages(bytes, aborted);
  const batches = await readRecordBatches(bytes);
  const last = batches.at(-1);
  if (last === undefined) return [];
  const records = (first: number): Iterable<FetchedRecord> => ({
    [Symbol.iterator]: () => recordsOf(batches, first),
  });
  return [{ offset: String(last.lastOffset), records, aborted }];
};

const readMessages = async (
  bytes: Buffer,
  aborted: readonly AbortedTransaction[],
): Promise<readonly FetchedSet[]> => {
  const read = await readLegacySet(bytes).catch((cause: Error) => {
    throw /NotImplemented/.test(cause.name) ? cause : new BrokenBytes(cause.message, { cause });
  });
  const messages = read.map(fromLegacy);
  const last = messages.at(-1);
  if (last === undefined) return [];
  const records = (first: number) => messages.filter(({ offset }) => offset >= first);
  return [{ offset: String(last.offset), records, aborted }];
};

const fromLegacy = ({ offset, timestamp = '-1', key, value }: LegacyMessage): FetchedRecord => ({
  offset: Number(offset),
  timestamp: Number(timestamp),
  key,
  value,
  headers: {},
  kind: 'data',
  transactionOf: undefined,
});

/** Going on behind it would lose records, and the next fetch would most likely bring the same bytes. */
const corrupt = (cause: BrokenBytes, place: { topic: string; partition: number }): BatonError =>
  new BatonError(
    'corrupt-records',
    `Expected records of ${place.topic} partition ${place.partition} as Kafka stores them, got ${cause.message}. Nothing of this fetch was handed over. Check the partition's log at its broker, and its other replicas.`,
    { cause, details: place },
  );
