import { isBatonError } from '@baton/core';
import type { FetchedRecord } from '@baton/messaging';
import fc from 'fast-check';
import { fetchBytes } from '../test/fetch-bytes';
import { headerName, randomLog } from '../test/random-log';
import { ByteReader } from './byte-reader';
import { decodeFetchResponse } from './fetch-response';
import { requestTable } from './kafkajs-internals';

jest.setTimeout(60_000);

/** What stock kafkajs makes of a record. */
interface StockMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | null | (Buffer | null)[]>;
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly inTransaction: boolean; readonly producerId: string };
}

interface StockResponse {
  readonly responses: readonly { readonly partitions: readonly { messages: readonly StockMessage[] }[] }[];
}

const readByKafkajs = async (payload: Buffer, version: number): Promise<readonly StockMessage[]> => {
  const { response } = requestTable().requests.Fetch.protocol({ version })({});
  const { responses } = (await response.decode(payload)) as unknown as StockResponse;
  return responses[0]?.partitions[0]?.messages ?? [];
};

const read = async (bytes: Buffer, { version = 11, first = 0 } = {}): Promise<readonly FetchedRecord[]> => {
  const { responses } = await decodeFetchResponse(fetchBytes(version, [{ bytes }]), version);
  return [...(responses[0]?.partitions[0]?.messages[0]?.records(first) ?? [])];
};

const contents = (content: FetchedRecord['headers'][string] | null): readonly string[] =>
  (Array.isArray(content) ? content : [content])
    .filter((one) => one !== null && one !== undefined)
    .map((one) => Buffer.from(one).toString('hex'));

/** Headers as lists of bytes by name, those without a value left out: there kafkajs gives null. */
const plainHeaders = (headers: object): readonly unknown[] =>
  Object.entries(headers)
    .map(([name, content]) => [name, contents(content)] as const)
    .filter(([, all]) => all.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));

const comparable = ({ kind, headers, ...record }: FetchedRecord) => ({
  ...record,
  headers: plainHeaders(headers),
  control: kind !== 'data',
});

const fromStock = ({
  offset,
  timestamp,
  key,
  value,
  headers,
  isControlRecord,
  batchContext,
}: StockMessage) => ({
  offset: Number(offset),
  timestamp: Number(timestamp),
  key,
  value,
  headers: plainHeaders(headers),
  control: isControlRecord,
  transactionOf: batchContext.inTransaction ? batchContext.producerId : undefined,
});

const message = fc.record({
  timestamp: fc.integer({ min: 0, max: 2 ** 31 }).map(String),
  key: fc.string({ minLength: 1 }),
  value: fc.string(),
  headers: fc.dictionary(headerName, fc.string(), { maxKeys: 4 }),
});
type Message = typeof message extends fc.Arbitrary<infer T> ? T : never;

/** The records of a produce request as stock kafkajs writes it. */
const writtenByKafkajs = async (
  messages: readonly Message[],
  compression: number,
  version = 7,
): Promise<Buffer> => {
  const partitions = [{ partition: 0, firstSequence: 0, messages }];
  const { request } = requestTable().requests.Produce.protocol({ version })({
    ...{ producerId: '-1', producerEpoch: 0, acks: -1, timeout: 1, compression },
    topicData: [{ topic: 't', partitions }],
  });
  const reader = new ByteReader(((await request.encode()) as { readonly buffer: Buffer }).buffer);
  if (version > 2) reader.int16();
  reader.pass(2 + 4 + 4);
  reader.text();
  reader.pass(4 + 4);
  return reader.take(reader.int32());
};

const legacy = { headers: {}, kind: 'data', transactionOf: undefined };

describe('a fetch response', () => {
  it('holds the very records that kafkajs reads in it, the last batch cut off or not, in every version', () =>
    fc.assert(
      fc.asyncProperty(randomLog, fc.integer({ min: 4, max: 11 }), fc.nat(), async (whole, version, cut) => {
        // of fewer bytes than 17 kafkajs makes nothing at all
        const kept = cut % 2 === 0 ? whole.length : cut % (whole.length + 1);
        const stored = whole.subarray(0, kept < 17 ? 0 : kept);
        const payload = fetchBytes(version, [{ bytes: stored }]);
        const expected = (await readByKafkajs(payload, version)).map(fromStock);
        expect((await read(stored, { version })).map(comparable)).toEqual(expected);
      }),
      { numRuns: 40 },
    ));

  it('holds what kafkajs has written, packed or not', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (messages, packed) => {
          const found = await read(await writtenByKafkajs(messages, packed ? 1 : 0));
          expect(found.map(({ key, value }) => [String(key), String(value)])).toEqual(
            messages.map(({ key, value }) => [String(key), String(value)]),
          );
          expect(found.map(({ timestamp }) => String(timestamp))).toEqual(
            messages.map(({ timestamp }) => timestamp),
          );
          expect(found.map(({ headers }) => plainHeaders(headers))).toEqual(
            messages.map(({ headers }) => plainHeaders(headers)),
          );
        },
      ),
      { numRuns: 30 },
    ));

  it('holds messages of the time before record batches', async () => {
    const message = { timestamp: '7', key: 'k', value: 'v', headers: {} };
    const stored = await writtenByKafkajs([message, { ...message, value: 'w' }], 0, 2);
    for (const [at, offset] of [0n, 1n].entries()) stored.writeBigInt64BE(offset, (at * stored.length) / 2);
    expect((await read(stored)).map(({ offset, value }) => `${offset}:${value}`)).toEqual(['0:v', '1:w']);
    expect(await read(stored, { first: 1 })).toEqual([
      { offset: 1, timestamp: 7, key: Buffer.from('k'), value: Buffer.from('w'), ...legacy },
    ]);
    const packed = 17;
    stored[packed] = 1;
    await expect(read(stored)).rejects.toMatchObject({ code: 'corrupt-records' });
  });

  it('tells of each partition what kafkajs tells', async () => {
    const aborted = [{ producerId: 7n, firstOffset: 3n }];
    for (let version = 4; version <= 11; version += 1) {
      const partitions = [
        { bytes: Buffer.alloc(0), aborted },
        { bytes: Buffer.alloc(0), partition: 5, errorCode: 6 },
      ];
      const payload = fetchBytes(version, partitions);
      const { response } = requestTable().requests.Fetch.protocol({ version })({});
      const stock = JSON.parse(JSON.stringify(await response.decode(payload)));
      const own = await decodeFetchResponse(payload, version);
      expect(stock).toMatchObject({
        throttleTime: own.throttleTime,
        responses: own.responses.map(({ topicName, partitions: found }) => ({
          topicName,
          partitions: found.map(({ partition, errorCode, highWatermark, lastStableOffset, messages }) => ({
            ...{ partition, errorCode, highWatermark, lastStableOffset, messages },
          })),
        })),
      });
    }
  });

  it('with damaged bytes never has falling offsets, nor records that stop before the offset they are said to reach', () =>
    fc.assert(
      fc.asyncProperty(
        randomLog,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1 }),
        async (whole, damage) => {
          const stored = Buffer.from(whole);
          for (const [at, byte] of damage) if (stored.length > 0) stored[at % stored.length] = byte;
          const response = await decodeFetchResponse(fetchBytes(11, [{ bytes: stored }]), 11).catch(
            (error: unknown) => {
              if (isBatonError(error, 'corrupt-records') || /NotImplemented/.test(String(error)))
                return undefined;
              throw error;
            },
          );
          const set = response?.responses[0]?.partitions[0]?.messages[0];
          if (set === undefined) return;
          const offsets = [...set.records(0)].map(({ offset }) => offset);
          expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
          expect(offsets.at(-1)).toBe(Number(set.offset));
        },
      ),
      { numRuns: 40 },
    ));
});
