import { type Schema, types } from 'avsc';

/** The part of avsc's cursor over bytes that is used here. */
interface Tap {
  readonly buf: Buffer;
  readonly pos: number;
  readLong(): number;
  skipLong(): void;
  readString(): string;
  writeLong(value: number): void;
  writeFixed(bytes: Buffer, length: number): void;
}

interface Readable {
  _read(tap: Tap): unknown;
}

/** Below this avsc's own arithmetic with doubles loses the last bit, and with it the sign. */
const exactLimit = 2 ** 52;

const isExact = (value: number): boolean => value > -exactLimit && value < exactLimit;

/** A `long` that is exact over all safe integers, and refuses everything beyond. */
class ExactLongType extends types.LongType {
  _check(value: unknown, _flags: unknown, hook?: (value: unknown, type: unknown) => void): boolean {
    const fits = Number.isSafeInteger(value);
    if (!fits && hook) hook(value, this);
    return fits;
  }

  // avsc calls this on other objects than the type: no `this` here.
  _read(tap: Tap): number {
    const start = tap.pos;
    const value = tap.readLong();
    return isExact(value) ? value : longAt(tap.buf.subarray(start, tap.pos));
  }

  _write(tap: Tap, value: unknown): void {
    if (!Number.isSafeInteger(value)) throw new Error(`invalid "long": ${String(value)}`);
    const long = Number(value);
    if (isExact(long)) tap.writeLong(long);
    else writeBytes(tap, bytesOfLong(BigInt(long)));
  }
}

const writeBytes = (tap: Tap, bytes: Buffer): void => tap.writeFixed(bytes, bytes.length);

const longAt = (bytes: Buffer): number => {
  const zigzag = bytes.reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 0x7f), 0n);
  const value = Number((zigzag >> 1n) ^ -(zigzag & 1n));
  if (!Number.isSafeInteger(value)) throw new Error('a long beyond the safe integers');
  return value;
};

const bytesOfLong = (value: bigint): Buffer => {
  const bytes: number[] = [];
  for (
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    bytes.length === 0 || rest > 0n;
    rest >>= 7n
  ) {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
  }
  return Buffer.from(bytes);
};

/** The one type for every `long`: it has no state. */
export const exactLong: types.LongType = new ExactLongType();

/** Throws where a damaged message claims more items than it has bytes for; without it a reader would go on for hours. */
const stopAtEnd = (tap: Tap): void => {
  if (tap.pos > tap.buf.length) throw new Error('the bytes end inside a list');
};

const blockSize = (tap: Tap): number => {
  const size = tap.readLong();
  if (size < 0) tap.skipLong();
  return Math.abs(size);
};

/** An `array` that stops reading at the end of its bytes. */
export class BoundedArrayType extends types.ArrayType {
  // `this` is the type, or avsc's resolver of it.
  _read(this: { readonly itemsType: Readable }, tap: Tap): unknown[] {
    const items: unknown[] = [];
    for (let size = blockSize(tap); size > 0; size = blockSize(tap)) {
      for (let index = 0; index < size; index += 1) {
        items.push(this.itemsType._read(tap));
        stopAtEnd(tap);
      }
    }
    return items;
  }
}

/** A `map` that stops reading at the end of its bytes. */
export class BoundedMapType extends types.MapType {
  // `this` is the type, or avsc's resolver of it.
  _read(this: { readonly valuesType: Readable }, tap: Tap): Record<string, unknown> {
    const entries: Record<string, unknown> = {};
    for (let size = blockSize(tap); size > 0; size = blockSize(tap)) {
      for (let index = 0; index < size; index += 1) {
        const key = tap.readString();
        setEntry(entries, key, this.valuesType._read(tap));
        stopAtEnd(tap);
      }
    }
    return entries;
  }
}

/** Plain assignment to this one key would set the prototype instead. */
const setEntry = (entries: Record<string, unknown>, key: string, value: unknown): void => {
  if (key !== '__proto__') entries[key] = value;
  else Object.defineProperty(entries, key, { value, enumerable: true, configurable: true, writable: true });
};

/** An `enum` that takes its own symbols only; avsc's would also take the name of any method of objects. */
export class StrictEnumType extends types.EnumType {
  constructor(schema: Schema, options: object) {
    super(schema, options);
    const indices: unknown = Reflect.get(this, '_indices');
    if (typeof indices === 'object' && indices !== null) Object.setPrototypeOf(indices, null);
  }
}
