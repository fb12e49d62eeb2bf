import type { FetchedRecord } from '@baton/messaging';
import { BrokenBytes, ByteReader } from './byte-reader';
import { unpackerOf } from './kafkajs-internals';
import { RecordTexts } from './record-texts';

/** A record batch whose records lie one after the other in `bytes`: https://kafka.apache.org/documentation/#recordbatch */
export interface RecordBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly firstTimestamp: number;
  /** Where the broker stamps records: the stamp of all of them. */
  readonly appendedAt: number | undefined;
  readonly isControl: boolean;
  readonly transactionOf: string | undefined;
  readonly count: number;
  readonly bytes: Buffer;
}

const currentMagic = 2;
/** First offset and length, which stand before what the length counts. */
const prefixBytes = 12;
const magicAt = 16;
/** A batch without any record, behind its length. */
const emptyBatchBytes = 49;
/** A record without key, value and headers. */
const emptyRecordBytes = 7;
const flags = { appendTime: 8, transactional: 16, control: 32 };

/** Whether these are messages as they were before record batches. */
export const isLegacySet = (bytes: Buffer): boolean => (bytes[magicAt] ?? currentMagic) < currentMagic;

/**
 * Reads what one fetch returned of a partition. The last batch may be cut off: the next fetch begins with it. All
 * records are looked at, so that reading them later cannot fail. Throws `BrokenBytes`.
 */
export const readRecordBatches = async (bytes: Buffer): Promise<readonly RecordBatch[]> => {
  const batches: RecordBatch[] = [];
  let [at, next] = [0, 0];
  while (bytes.length - at >= prefixBytes) {
    const length = bytes.readInt32BE(at + prefixBytes - 4);
    if (length < emptyBatchBytes) throw new BrokenBytes(`a batch of ${length} bytes`);
    const end = at + prefixBytes + length;
    if (end > bytes.length) break;
    if (bytes[at + magicAt] !== currentMagic) {
      if (batches.length > 0 && isLegacySet(bytes.subarray(at))) break;
      throw new BrokenBytes(`a batch in format ${bytes[at + magicAt]}`);
    }
    const batch = await readBatch(bytes.subarray(at, end));
    if (batch.firstOffset < next || batch.lastOffset < batch.firstOffset) {
      throw new BrokenBytes(`offsets ${batch.firstOffset} to ${batch.lastOffset} after ${next - 1}`);
    }
    checkRecords(batch);
    batches.push(batch);
    [at, next] = [end, batch.lastOffset + 1];
  }
  return batches;
};

const readBatch = async (bytes: Buffer): Promise<RecordBatch> => {
  const reader = new ByteReader(bytes);
  const firstOffset = reader.exactInt64();
  reader.pass(4 + 4 + 1 + 4); // length, leader epoch, magic, checksum
  const attributes = reader.int16();
  const lastOffset = firstOffset + reader.int32();
  const firstTimestamp = Number(reader.int64());
  const newestTimestamp = Number(reader.int64());
  const producerId = reader.int64();
  reader.pass(2 + 4); // producer epoch, first sequence
  const count = reader.int32();
  const rest = reader.take(reader.left());
  const unpack = unpackerOf(attributes);
  return {
    firstOffset,
    lastOffset,
    firstTimestamp,
    appendedAt: attributes & flags.appendTime ? newestTimestamp : undefined,
    isControl: (attributes & flags.control) > 0,
    transactionOf: attributes & flags.transactional ? String(producerId) : undefined,
    count,
    bytes: unpack === undefined || count === 0 ? rest : await unpacked(rest, unpack),
  };
};

const unpacked = async (bytes: Buffer, unpack: (bytes: Buffer) => Promise<Buffer>): Promise<Buffer> => {
  try {
    return await unpack(bytes);
  } catch (cause) {
    throw new BrokenBytes(`records that cannot be unpacked (${String(cause)})`, { cause });
  }
};

/** Whatever is not as it must be is found before the first record is handed over. */
const checkRecords = ({ firstOffset, lastOffset, count, bytes }: RecordBatch): void => {
  if (count < 0 || count * emptyRecordBytes > bytes.length) {
    throw new BrokenBytes(`${count} records in ${bytes.length} bytes`);
  }
  const reader = new ByteReader(bytes);
  let next = firstOffset;
  for (let i = 0; i < count; i += 1) {
    const end = reader.varint() + reader.position();
    reader.pass(1);
    reader.varlong();
    const offset = firstOffset + reader.varint();
    if (offset < next || offset > lastOffset) {
      throw new BrokenBytes(`offset ${offset} where ${next} to ${lastOffset} can be`);
    }
    next = offset + 1;
    reader.skipVarBytes();
    reader.skipVarBytes();
    checkHeaders(reader);
    if (reader.position() !== end) throw new BrokenBytes(`a record that does not end where its length says`);
  }
  if (count > 0 && reader.left() > 0) throw new BrokenBytes(`${reader.left()} bytes after the last record`);
};

const checkHeaders = (reader: ByteReader): void => {
  const headers = reader.varint();
  if (headers < 0) throw new BrokenBytes(`${headers} headers`);
  for (let i = 0; i < headers; i += 1) {
    reader.pass(reader.varint());
    reader.skipVarBytes();
  }
};

/** The records of batches from `first` on, made one by one as they are asked for. */
export function* recordsOf(batches: readonly RecordBatch[], first: number): Generator<FetchedRecord> {
  for (const batch of batches) {
    if (batch.lastOffset < first) continue;
    const reader = new ByteReader(batch.bytes);
    const texts = new RecordTexts(batch.bytes);
    let last = -1;
    for (let i = 0; i < batch.count; i += 1) {
      const record = readRecord(reader, batch, texts);
      last = record.offset;
      if (last >= first) yield record;
    }
    if (last < batch.lastOffset) yield nothingAt(batch);
  }
}

const readRecord = (reader: ByteReader, batch: RecordBatch, texts: RecordTexts): FetchedRecord => {
  reader.varint(); // length
  reader.pass(1);
  const timestamp = batch.firstTimestamp + reader.varlong();
  const offset = batch.firstOffset + reader.varint();
  const key = reader.varBytes();
  return {
    offset,
    timestamp: batch.appendedAt ?? timestamp,
    key,
    value: reader.varBytes(),
    headers: texts.headers(reader),
    kind: batch.isControl ? controlKind(key) : 'data',
    transactionOf: batch.transactionOf,
  };
};

/** A control record's key is its version and its type, two bytes each: 0 aborts, 1 commits. */
const controlKind = (key: Buffer | null): FetchedRecord['kind'] => {
  if (key === null || key.length < 4) return 'other-control';
  const type = key.readInt16BE(2);
  if (type === 0) return 'abort-marker';
  return type === 1 ? 'commit-marker' : 'other-control';
};

/** Compaction takes records out of a batch and leaves its offsets as they are: positions must come past them. */
const nothingAt = ({ lastOffset, firstTimestamp, transactionOf }: RecordBatch): FetchedRecord => ({
  offset: lastOffset,
  timestamp: firstTimestamp,
  key: null,
  value: null,
  headers: {},
  kind: 'other-control',
  transactionOf,
});
