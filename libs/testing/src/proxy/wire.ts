import { BatonError } from '@baton/core';

/** What the header of a request says. */
export interface RequestHeader {
  readonly api: number;
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string | undefined;
}

/** Reads the header of a request from its first piece, length prefix included. */
export const readRequestHeader = (frame: Buffer): RequestHeader => {
  const cursor = createCursor(frame, 4);
  return {
    api: cursor.int16(),
    version: cursor.int16(),
    correlationId: cursor.int32(),
    clientId: cursor.string(),
  };
};

/** Reads which request a response answers. */
export const readCorrelationId = (frame: Buffer): number => createCursor(frame, 4).int32();

/** Reads the fields of Kafka's protocol one after the other; throws `invalid-data` past the end. */
export interface Cursor {
  position(): number;
  skip(bytes: number): void;
  int16(): number;
  int32(): number;
  /** A string as in classic versions; undefined for null. */
  string(): string | undefined;
  /** A string as in flexible versions; undefined for null. */
  compactString(): string | undefined;
  varint(): number;
  tags(): void;
}

/** Starts reading at `start`. */
export const createCursor = (bytes: Buffer, start: number): Cursor => {
  let at = start;
  const take = (count: number): number => {
    const from = at;
    if (count < 0 || from + count > bytes.length)
      throw new BatonError(
        'invalid-data',
        `Expected ${count} more bytes at ${from} of a Kafka message, got ${bytes.length - from}. Connect only Kafka clients without TLS through the proxy.`,
      );
    at += count;
    return from;
  };
  const text = (length: number): string | undefined => {
    if (length < 0) return undefined;
    const from = take(length);
    return bytes.toString('utf8', from, from + length);
  };
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes.readUInt8(take(1));
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  const int16 = () => bytes.readInt16BE(take(2));
  return {
    position: () => at,
    skip: (count) => {
      take(count);
    },
    int16,
    int32: () => bytes.readInt32BE(take(4)),
    string: () => text(int16()),
    compactString: () => text(varint() - 1),
    varint,
    tags: () => {
      for (let left = varint(); left > 0; left -= 1) {
        varint();
        take(varint());
      }
    },
  };
};
