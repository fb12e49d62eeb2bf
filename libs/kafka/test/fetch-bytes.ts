/** Fetch responses byte by byte, as a broker may write them and as none should. */

export interface RecordParts {
  readonly timestampDelta?: number;
  readonly offsetDelta?: number;
  readonly key?: Buffer | null;
  readonly value?: Buffer | null;
  readonly headers?: readonly (readonly [name: Buffer | string, value: Buffer | null])[];
}

export interface BatchParts {
  readonly firstOffset?: bigint;
  readonly lastOffsetDelta?: number;
  readonly magic?: number;
  readonly attributes?: number;
  readonly firstTimestamp?: bigint;
  readonly newestTimestamp?: bigint;
  readonly producerId?: bigint;
  readonly count?: number;
  readonly records: readonly Buffer[];
  /** What becomes of the records on their way, such as compression. */
  readonly pack?: (records: Buffer) => Buffer;
}

export interface PartitionParts {
  readonly bytes: Buffer;
  readonly aborted?: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[];
  readonly partition?: number;
  readonly errorCode?: number;
}

export const flag = { gzip: 1, snappy: 2, appendTime: 8, transactional: 16, control: 32 } as const;

export const varint = (value: number | bigint): Buffer => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
};

const varBytes = (bytes: Buffer | null): Buffer =>
  bytes === null ? varint(-1) : Buffer.concat([varint(bytes.length), bytes]);

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

const int64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
};

const sized = (bytes: Buffer): Buffer => Buffer.concat([int32(bytes.length), bytes]);

export const recordBytes = ({
  timestampDelta = 0,
  offsetDelta = 0,
  key = null,
  value = null,
  headers = [],
}: RecordParts): Buffer => {
  const body = Buffer.concat([
    Buffer.alloc(1),
    varint(timestampDelta),
    varint(offsetDelta),
    varBytes(key),
    varBytes(value),
    varint(headers.length),
    ...headers.flatMap(([name, content]) => [varBytes(Buffer.from(name)), varBytes(content)]),
  ]);
  return varBytes(body);
};

export const batchBytes = ({
  firstOffset = 0n,
  records,
  lastOffsetDelta = Math.max(0, records.length - 1),
  magic = 2,
  attributes = 0,
  firstTimestamp = 0n,
  newestTimestamp = 0n,
  producerId = -1n,
  count = records.length,
  pack = (bytes) => bytes,
}: BatchParts): Buffer => {
  const body = Buffer.concat([
    Buffer.from([0, 0, 0, 0, magic, 0, 0, 0, 0]),
    int16(attributes),
    int32(lastOffsetDelta),
    ...[firstTimestamp, newestTimestamp, producerId].map(int64),
    int16(0),
    int32(0),
    int32(count),
    pack(Buffer.concat(records)),
  ]);
  return Buffer.concat([int64(firstOffset), sized(body)]);
};

/** A fetch response of version 4 to 11 with partitions of topic `t`. */
export const fetchBytes = (version: number, partitions: readonly PartitionParts[]): Buffer =>
  Buffer.concat([
    int32(0),
    Buffer.alloc(version < 7 ? 0 : 6),
    int32(1),
    int16(1),
    Buffer.from('t'),
    int32(partitions.length),
    ...partitions.map((parts) => partitionBytes(version, parts)),
  ]);

const partitionBytes = (
  version: number,
  { bytes, aborted = [], partition = 0, errorCode = 0 }: PartitionParts,
): Buffer =>
  Buffer.concat([
    int32(partition),
    int16(errorCode),
    int64(1_000n),
    int64(900n),
    ...(version < 5 ? [] : [int64(0n)]),
    int32(aborted.length),
    ...aborted.flatMap(({ producerId, firstOffset }) => [int64(producerId), int64(firstOffset)]),
    ...(version < 11 ? [] : [int32(-1)]),
    sized(bytes),
  ]);
