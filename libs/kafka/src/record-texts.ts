import type { FetchedRecord } from '@baton/messaging';
import type { ByteReader } from './byte-reader';

type Headers = Record<string, Content | Content[]>;
type Content = Buffer | string;

/** What stood at one place among the headers of the record before. */
interface Place {
  start: number;
  length: number;
  text: string;
}

/**
 * Reads the headers of the records of one batch. Names, and values that are ASCII, become text. Most are those of the
 * record before: then its text is taken, since comparing bytes is far cheaper than making text of them.
 */
export class RecordTexts {
  private readonly names: Place[] = [];
  private readonly values: Place[] = [];

  constructor(private readonly bytes: Buffer) {}

  /** The headers that have a value, by name; several of one name in their order. */
  headers(reader: ByteReader): FetchedRecord['headers'] {
    const headers: Headers = {};
    const count = reader.varint();
    for (let i = 0; i < count; i += 1) {
      const nameLength = reader.varint();
      const nameAt = reader.pass(nameLength);
      const length = reader.varint();
      if (length < 0) continue;
      const at = reader.pass(length);
      const name =
        this.asciiAt(this.names, i, nameAt, nameLength) ??
        this.bytes.toString('utf8', nameAt, nameAt + nameLength);
      add(headers, name, this.asciiAt(this.values, i, at, length) ?? this.bytes.subarray(at, at + length));
    }
    return headers;
  }

  private asciiAt(before: Place[], i: number, start: number, length: number): string | undefined {
    const place = before[i];
    if (place !== undefined && place.length === length && this.isSame(place.start, start, length)) {
      return place.text;
    }
    if (!this.isAscii(start, length)) return undefined;
    const text = this.bytes.toString('latin1', start, start + length);
    if (place === undefined) before[i] = { start, length, text };
    else {
      place.start = start;
      place.length = length;
      place.text = text;
    }
    return text;
  }

  /** From the end: there ids and instants differ. */
  private isSame(a: number, b: number, length: number): boolean {
    const { bytes } = this;
    for (let i = length - 1; i >= 0; i -= 1) {
      if (bytes[a + i] !== bytes[b + i]) return false;
    }
    return true;
  }

  private isAscii(start: number, length: number): boolean {
    const { bytes } = this;
    for (let at = start; at < start + length; at += 1) {
      if ((bytes[at] ?? 0) > 0x7f) return false;
    }
    return true;
  }
}

const add = (headers: Headers, name: string, content: Content): void => {
  const known = headers[name];
  if (known === undefined) headers[name] = content;
  else if (!Object.hasOwn(headers, name)) own(headers, name, content);
  else if (Array.isArray(known)) known.push(content);
  else own(headers, name, [known, content]);
};

/** Plain assignment to `__proto__` would set the prototype instead. */
const own = (headers: Headers, name: string, value: Content | Content[]): void => {
  Object.defineProperty(headers, name, { value, enumerable: true, configurable: true, writable: true });
};
