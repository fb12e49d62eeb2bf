import type { FetchedRecord } from '@baton/messaging';
import { type BatchParts, batchBytes, fetchBytes, flag, recordBytes, varint } from '../test/fetch-bytes';
import { toBatonError } from './errors';
import { decodeFetchResponse } from './fetch-response';

const read = async (bytes: Buffer, { version = 11, first = 0 } = {}): Promise<readonly FetchedRecord[]> => {
  const { responses } = await decodeFetchResponse(fetchBytes(version, [{ bytes }]), version);
  return [...(responses[0]?.partitions[0]?.messages[0]?.records(first) ?? [])];
};

const readOne = async (batch: BatchParts): Promise<FetchedRecord | undefined> =>
  (await read(batchBytes(batch)))[0];

describe('a fetch response', () => {
  it('begins with the offset that was asked for, where the batch began before it', async () => {
    const records = [0, 1, 2].map((offsetDelta) => recordBytes({ offsetDelta }));
    const found = await read(batchBytes({ firstOffset: 10n, records }), { first: 11 });
    expect(found.map(({ offset }) => offset)).toEqual([11, 12]);
  });

  it('is read as often as somebody asks', async () => {
    const stored = batchBytes({ records: [recordBytes({ value: Buffer.from('v') })] });
    const { responses } = await decodeFetchResponse(fetchBytes(11, [{ bytes: stored }]), 11);
    const set = responses[0]?.partitions[0]?.messages[0];
    expect([...(set?.records(0) ?? [])]).toEqual([...(set?.records(0) ?? [])]);
  });
});

describe('a record', () => {
  it('keeps null apart from empty', async () => {
    const empty = Buffer.alloc(0);
    expect(await readOne({ records: [recordBytes({})] })).toMatchObject({
      key: null,
      value: null,
      headers: {},
    });
    expect(await readOne({ records: [recordBytes({ key: empty, value: empty })] })).toMatchObject({
      key: empty,
      value: empty,
    });
  });

  it('has headers as text where they are ASCII, as bytes otherwise, and none without a value', async () => {
    const headers = [
      ['text', Buffer.from('2026-12-01')],
      ['umlaut', Buffer.from('ü')],
      ['absent', null],
      ['empty', Buffer.alloc(0)],
    ] as const;
    const found = await readOne({ records: [recordBytes({ headers })] });
    expect(found?.headers).toEqual({ text: '2026-12-01', umlaut: Buffer.from('ü'), empty: '' });
  });

  it('keeps headers of one name in their order, whatever the name is', async () => {
    const names = ['a', '__proto__', 'a', 'constructor', '__proto__', 'a'];
    const headers = names.map((one, i) => [one, Buffer.from(String(i))] as const);
    const found = await readOne({ records: [recordBytes({ headers })] });
    expect(Object.entries(found?.headers ?? {})).toEqual([
      ['a', ['0', '2', '5']],
      ['__proto__', ['1', '4']],
      ['constructor', '3'],
    ]);
  });

  it('has the stamp of its broker where that stamps, else its own, which may lie before the first', async () => {
    const parts = {
      firstTimestamp: 1_000n,
      newestTimestamp: 5_000n,
      records: [recordBytes({ timestampDelta: -7 })],
    };
    expect((await readOne(parts))?.timestamp).toBe(993);
    expect((await readOne({ ...parts, attributes: flag.appendTime }))?.timestamp).toBe(5_000);
  });

  it.each([
    [[0, 0, 0, 0], 'abort-marker'],
    [[0, 0, 0, 1], 'commit-marker'],
    [[0, 0, 0, 2], 'other-control'],
    [[0, 0], 'other-control'],
  ])('with key %s in a control batch is of kind %s, and data elsewhere', async (key, kind) => {
    const parts = { producerId: 9n, records: [recordBytes({ key: Buffer.from(key) })] };
    const attributes = flag.control | flag.transactional;
    expect(await readOne({ ...parts, attributes })).toMatchObject({ kind, transactionOf: '9' });
    expect(await readOne(parts)).toMatchObject({ kind: 'data', transactionOf: undefined });
  });
});

describe('what compaction leaves', () => {
  const offsetsAndKinds = async (stored: Buffer) =>
    (await read(stored)).map(({ offset, kind }) => [offset, kind]);

  it('brings positions to the end of a batch whose last records are gone', async () => {
    const stored = batchBytes({ lastOffsetDelta: 4, records: [recordBytes({ offsetDelta: 1 })] });
    expect(await offsetsAndKinds(stored)).toEqual([
      [1, 'data'],
      [4, 'other-control'],
    ]);
  });

  it('brings positions past a batch without any record, packed or not', async () => {
    const next = batchBytes({ firstOffset: 5n, records: [recordBytes({})] });
    for (const attributes of [0, flag.gzip]) {
      const empty = batchBytes({ lastOffsetDelta: 4, attributes, records: [] });
      expect(await offsetsAndKinds(Buffer.concat([empty, next]))).toEqual([
        [4, 'other-control'],
        [5, 'data'],
      ]);
    }
  });
});

const one = recordBytes({ value: Buffer.from('value') });
const corrupt: Readonly<Record<string, Buffer>> = {
  'a batch shorter than any can be': Buffer.concat([
    Buffer.alloc(11),
    Buffer.from([48]),
    Buffer.alloc(100, 2),
  ]),
  'a batch of negative length': Buffer.concat([Buffer.alloc(8), Buffer.from([255, 255, 255, 255])]),
  'a format of the future': batchBytes({ magic: 3, records: [one] }),
  'a negative offset': batchBytes({ firstOffset: -1n, records: [one] }),
  'an offset beyond the exact numbers': batchBytes({ firstOffset: 2n ** 53n, records: [one] }),
  'an end before the beginning': batchBytes({ lastOffsetDelta: -1, records: [] }),
  'batches that overlap': Buffer.concat([batchBytes({ records: [one] }), batchBytes({ records: [one] })]),
  'offsets that fall': batchBytes({ records: [recordBytes({ offsetDelta: 1 }), one] }),
  'an offset behind the end of its batch': batchBytes({ records: [recordBytes({ offsetDelta: 1 })] }),
  'more records than there are': batchBytes({ count: 2, lastOffsetDelta: 1, records: [one] }),
  'far more records than there can be': batchBytes({ count: 2 ** 31 - 1, records: [one] }),
  'a negative number of records': batchBytes({ count: -1, records: [] }),
  'bytes after the last record': batchBytes({ count: 1, records: [one, one] }),
  'a record longer than its parts': batchBytes({ records: [Buffer.concat([varint(20), one])] }),
  'a negative number of headers': batchBytes({ records: [Buffer.from([12, 0, 0, 0, 1, 1, 1])] }),
  'a number that never ends': batchBytes({ records: [Buffer.alloc(20, 0xff)] }),
  'records that cannot be unpacked': batchBytes({ attributes: flag.gzip, records: [one] }),
};

describe('bytes that are no records', () => {
  it.each(Object.entries(corrupt))('are named and end the reading: %s', async (_what, stored) => {
    await expect(read(stored)).rejects.toMatchObject({
      code: 'corrupt-records',
      retriable: false,
      details: { topic: 't', partition: 0 },
    });
  });

  it('are told apart from compression that nobody here can unpack', async () => {
    const stored = batchBytes({ attributes: flag.snappy, records: [one] });
    const error = await read(stored).catch((thrown: unknown) => thrown);
    expect(toBatonError(error, 'Reading t')).toMatchObject({ code: 'topic-misconfigured' });
  });
});
