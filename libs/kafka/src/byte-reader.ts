/** What was read is not what the protocol says: bytes are missing, or a number in them cannot be. */
export class BrokenBytes extends Error {}

/** Reads Kafka's primitive types one after another; throws `BrokenBytes` where the bytes end too early. */
export class ByteReader {
  constructor(
    private readonly bytes: Buffer,
    private at = 0,
  ) {}

  /** Where the next byte is. */
  position(): number {
    return this.at;
  }

  left(): number {
    return this.bytes.length - this.at;
  }

  int8(): number {
    return this.bytes.readInt8(this.pass(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.pass(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.pass(4));
  }

  int64(): bigint {
    return this.bytes.readBigInt64BE(this.pass(8));
  }

  /** An int64 that counts or measures something: beyond the exact integers it means nothing. */
  exactInt64(): number {
    const value = this.int64();
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new BrokenBytes(`a number as large as ${value}`);
    return number;
  }

  /** Text after its length as int16. */
  text(): string {
    const length = this.int16();
    if (length < 0) throw new BrokenBytes('no text where one must be');
    const start = this.pass(length);
    return this.bytes.toString('utf8', start, this.at);
  }

  /** The following bytes, not copied. */
  take(length: number): Buffer {
    const start = this.pass(length);
    return this.bytes.subarray(start, this.at);
  }

  /** A signed number of at most 32 bits. */
  varint(): number {
    let byte = this.next();
    let value = byte & 0x7f;
    for (let shift = 7; byte > 0x7f; shift += 7) {
      if (shift > 28) throw new BrokenBytes('a number of more than five bytes');
      byte = this.next();
      value |= (byte & 0x7f) << shift;
    }
    return (value >>> 1) ^ -(value & 1);
  }

  /** A signed number of at most 64 bits. */
  varlong(): number {
    const start = this.at;
    let byte = this.next();
    let value = byte & 0x7f;
    for (let shift = 7; byte > 0x7f; shift += 7) {
      if (shift > 21) return this.longFrom(start);
      byte = this.next();
      value |= (byte & 0x7f) << shift;
    }
    return (value >>> 1) ^ -(value & 1);
  }

  /** Bytes after their length as a varint; negative: none. */
  varBytes(): Buffer | null {
    const length = this.varint();
    return length < 0 ? null : this.take(length);
  }

  /** Passes such bytes by without looking at them. */
  skipVarBytes(): void {
    const length = this.varint();
    if (length > 0) this.pass(length);
  }

  /** Passes bytes by, and says where they begin. */
  pass(length: number): number {
    const start = this.at;
    if (length < 0 || start + length > this.bytes.length) {
      throw new BrokenBytes(`${length} bytes where ${this.left()} are left`);
    }
    this.at = start + length;
    return start;
  }

  private next(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new BrokenBytes('the end within a number');
    this.at += 1;
    return byte;
  }

  /** Operators on bits reach no further than 32 of them. */
  private longFrom(start: number): number {
    this.at = start;
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      if (shift > 63n) throw new BrokenBytes('a number of more than ten bytes');
      const byte = this.next();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte <= 0x7f) return Number(BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)));
    }
  }
}
