/** Writes Kafka's primitive types one after another into one buffer, which grows as needed. */
export class ByteWriter {
  private bytes: Buffer;
  private end = 0;

  constructor(expectedBytes: number) {
    this.bytes = Buffer.allocUnsafe(expectedBytes);
  }

  /** Where the next byte goes. */
  position(): number {
    return this.end;
  }

  /** What was written so far, from `start` on. */
  written(start = 0): Buffer {
    return this.bytes.subarray(start, this.end);
  }

  int8(value: number): void {
    this.reserve(1);
    this.end = this.bytes.writeInt8(value, this.end);
  }

  int16(value: number): void {
    this.reserve(2);
    this.end = this.bytes.writeInt16BE(value, this.end);
  }

  int32(value: number): void {
    this.reserve(4);
    this.end = this.bytes.writeInt32BE(value, this.end);
  }

  int64(value: bigint): void {
    this.reserve(8);
    this.end = this.bytes.writeBigInt64BE(value, this.end);
  }

  /** Text after its length as int16. */
  text(text: string): void {
    const bytes = Buffer.from(text);
    this.int16(bytes.length);
    this.raw(bytes);
  }

  /** A whole number from 0 on; Kafka writes signed ones, so it takes one bit more than it needs. */
  varint(value: number): void {
    this.reserve(8);
    this.end = putVarint(this.bytes, this.end, value);
  }

  varBytes(value: Uint8Array): void {
    this.varint(value.length);
    this.raw(value);
  }

  /** Text after its length in bytes. Nearly all is short ASCII, for which a call into native code costs more. */
  varText(text: string): void {
    const start = this.end;
    this.varint(text.length);
    this.reserve(text.length);
    const { bytes, end } = this;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        this.end = start;
        this.varBytes(Buffer.from(text));
        return;
      }
      bytes[end + i] = code;
    }
    this.end = end + text.length;
  }

  /** Puts the length of what was written from `start` on before it, as a varint. */
  lengthBefore(start: number): void {
    this.reserve(8);
    const length = this.end - start;
    const prefix = varintBytes(length);
    this.bytes.copyWithin(start + prefix, start, this.end);
    putVarint(this.bytes, start, length);
    this.end += prefix;
  }

  /** Fills in what was not known yet when its four bytes at `position` were written. */
  patchInt32(position: number, value: number): void {
    this.bytes.writeInt32BE(value, position);
  }

  private raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.bytes.set(value, this.end);
    this.end += value.length;
  }

  private reserve(more: number): void {
    if (this.end + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe((this.end + more) * 2);
    larger.set(this.written());
    this.bytes = larger;
  }
}

/** Returns where the next byte goes. Beyond 31 bits the operators on bits do not reach. */
const putVarint = (bytes: Buffer, start: number, value: number): number => {
  let at = start;
  let rest = value * 2;
  for (; rest > 0x7fffffff; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 0x80;
  for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
  bytes[at++] = rest;
  return at;
};

const varintBytes = (value: number): number => {
  let count = 1;
  for (let rest = value * 2; rest > 0x7f; rest = Math.floor(rest / 128)) count += 1;
  return count;
};
