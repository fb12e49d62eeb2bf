import { apiKeys } from './faults';
import { type Cursor, createCursor } from './wire';

/** Where a broker is reached. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** An address inside a response, host string and port, from `start` up to `end`. */
export interface AddressSpan extends BrokerAddress {
  readonly start: number;
  readonly end: number;
  /** Strings of flexible versions have a length of their own kind. */
  readonly flexible: boolean;
}

interface Layout {
  readonly newest: number;
  readonly flexibleFrom: number;
  read(cursor: Cursor, version: number, flexible: boolean): readonly AddressSpan[];
}

/** Whether responses of this API tell clients where brokers are. */
export const bearsAddresses = (api: number): boolean => layouts.has(api);

/**
 * Every broker's address in a response, read from its first piece; undefined where the version is not known here, so
 * that a client could learn addresses that lead past the proxy.
 */
export const findAddresses = (
  { api, version }: { readonly api: number; readonly version: number },
  frame: Buffer,
): readonly AddressSpan[] | undefined => {
  const layout = layouts.get(api);
  if (layout === undefined) return [];
  if (version > layout.newest) return undefined;
  const flexible = version >= layout.flexibleFrom;
  const cursor = createCursor(frame, 8);
  if (flexible) cursor.tags();
  return layout.read(cursor, version, flexible).filter(({ host }) => host !== '');
};

/** The same piece with other addresses, and the length of its frame corrected. */
export const replaceAddresses = (
  frame: Buffer,
  spans: readonly AddressSpan[],
  replacement: (address: BrokerAddress) => BrokerAddress,
): Buffer => {
  const parts: Buffer[] = [];
  let copied = 0;
  for (const span of spans) {
    parts.push(frame.subarray(copied, span.start), encodeAddress(replacement(span), span.flexible));
    copied = span.end;
  }
  const result = Buffer.concat([...parts, frame.subarray(copied)]);
  result.writeInt32BE(frame.readInt32BE(0) + result.length - frame.length, 0);
  return result;
};

const encodeAddress = ({ host, port }: BrokerAddress, flexible: boolean): Buffer => {
  const text = Buffer.from(host);
  const prefix = Buffer.alloc(flexible ? 1 : 2);
  if (flexible) prefix.writeUInt8(text.length + 1);
  else prefix.writeInt16BE(text.length);
  const number = Buffer.alloc(4);
  number.writeInt32BE(port);
  return Buffer.concat([prefix, text, number]);
};

const readAddress = (cursor: Cursor, flexible: boolean): AddressSpan => {
  const start = cursor.position();
  const host = readString(cursor, flexible) ?? '';
  const port = cursor.int32();
  return { host, port, start, end: cursor.position(), flexible };
};

const readString = (cursor: Cursor, flexible: boolean): string | undefined =>
  flexible ? cursor.compactString() : cursor.string();

const readArray = <T>(cursor: Cursor, flexible: boolean, read: () => T): T[] =>
  Array.from({ length: Math.max(0, flexible ? cursor.varint() - 1 : cursor.int32()) }, read);

const throttleTime = 4;

const metadata: Layout = {
  newest: 13,
  flexibleFrom: 9,
  read: (cursor, version, flexible) => {
    if (version >= 3) cursor.skip(throttleTime);
    return readArray(cursor, flexible, () => {
      cursor.int32();
      const address = readAddress(cursor, flexible);
      if (version >= 1) readString(cursor, flexible);
      if (flexible) cursor.tags();
      return address;
    });
  },
};

const findCoordinator: Layout = {
  newest: 6,
  flexibleFrom: 3,
  read: (cursor, version, flexible) => {
    if (version >= 1) cursor.skip(throttleTime);
    if (version >= 4) return readArray(cursor, flexible, () => readCoordinator(cursor));
    cursor.int16();
    if (version >= 1) readString(cursor, flexible);
    cursor.int32();
    return [readAddress(cursor, flexible)];
  },
};

const readCoordinator = (cursor: Cursor): AddressSpan => {
  cursor.compactString();
  cursor.int32();
  const address = readAddress(cursor, true);
  cursor.int16();
  cursor.compactString();
  cursor.tags();
  return address;
};

const describeCluster: Layout = {
  newest: 2,
  flexibleFrom: 0,
  read: (cursor, version, flexible) => {
    cursor.skip(throttleTime);
    cursor.int16();
    readString(cursor, flexible);
    if (version >= 1) cursor.skip(1);
    readString(cursor, flexible);
    cursor.int32();
    return readArray(cursor, flexible, () => {
      cursor.int32();
      const address = readAddress(cursor, flexible);
      readString(cursor, flexible);
      if (version >= 2) cursor.skip(1);
      cursor.tags();
      return address;
    });
  },
};

const layouts: ReadonlyMap<number, Layout> = new Map([
  [apiKeys.metadata, metadata],
  [apiKeys.findCoordinator, findCoordinator],
  [apiKeys.describeCluster, describeCluster],
]);
