import type { RawMessage } from './kafkajs-internals';
import { toFetchedBatch } from './raw-batches';

const message = (more: Partial<RawMessage>): RawMessage => ({
  offset: '9007199254740991',
  timestamp: '1700000000000',
  key: null,
  value: null,
  ...more,
});

const recordOf = (raw: RawMessage, isControl = false) =>
  toFetchedBatch({
    topic: 't',
    partition: 1,
    fetchedOffset: '3',
    messages: [raw],
    aborted: [],
    isControl: () => isControl,
  }).records[0];

const nullHeader = JSON.parse('{"absent":null,"there":"x"}') as NonNullable<RawMessage['headers']>;

describe('a fetched batch', () => {
  it('has offsets and timestamps as numbers, and says nothing of a transaction where there is none', () => {
    expect(recordOf(message({}))).toEqual({
      offset: Number.MAX_SAFE_INTEGER,
      timestamp: 1_700_000_000_000,
      key: null,
      value: null,
      headers: {},
      kind: 'data',
      transactionOf: undefined,
    });
    const outside = { firstOffset: '0', lastOffsetDelta: 0, inTransaction: false, producerId: '7' };
    expect(recordOf(message({ batchContext: outside }))?.transactionOf).toBeUndefined();
  });

  it('leaves out headers without a value and keeps the rest, repeated ones too', () => {
    expect(recordOf(message({ headers: nullHeader }))?.headers).toEqual({ there: 'x' });
    const repeated = { a: [Buffer.from('1'), Buffer.from('2')], b: Buffer.alloc(0) };
    expect(recordOf(message({ headers: repeated }))?.headers).toEqual(repeated);
  });

  it('tells control records by the flag and their type by the key', () => {
    const kindOf = (key: Buffer | null, isControl = true) => recordOf(message({ key }), isControl)?.kind;
    expect(kindOf(Buffer.from([0, 0, 0, 0]))).toBe('abort-marker');
    expect(kindOf(Buffer.from([0, 0, 0, 1]))).toBe('commit-marker');
    expect(kindOf(Buffer.from([0, 0, 0, 2]))).toBe('other-control');
    expect(kindOf(null)).toBe('other-control');
    expect(kindOf(Buffer.from([0, 0, 0, 0]), false)).toBe('data');
  });
});
