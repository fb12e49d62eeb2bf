import type { OutgoingRecord } from '@baton/messaging';
import fc from 'fast-check';
import { type ProduceArgs, requestTable } from './kafkajs-internals';
import { installProduceRequest, WholeMessage } from './produce-request';

interface Encoded {
  readonly buffer: Buffer;
}

beforeAll(installProduceRequest);

const encode = async (args: ProduceArgs<unknown>, version = 7): Promise<Encoded> => {
  const { request } = requestTable().requests.Produce.protocol({ version })(args);
  return (await request.encode()) as Encoded;
};

type Records = readonly (readonly OutgoingRecord[])[];

/** A request with one partition for each list of records, whose messages are as `made` says. */
const requestOf = (
  transactionalId: string,
  partitions: Records,
  made: (record: OutgoingRecord) => unknown,
): ProduceArgs<unknown> => ({
  ...{ transactionalId, producerId: '4000000000', producerEpoch: 7, acks: -1, timeout: 30_000 },
  compression: 0,
  topicData: ['lending.BooksBorrowed.v1', 'lending.BooksBorrowed.v2'].map((topic) => ({
    topic,
    partitions: partitions.map((records, partition) => ({
      ...{ partition, firstSequence: partition * 1_000 },
      messages: records.map(made),
    })),
  })),
});

const ofOurs = (record: OutgoingRecord) => new WholeMessage(record);
const ofOthers = (record: OutgoingRecord) => ({ ...new WholeMessage(record) });

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ minLength: 60, maxLength: 70 }),
);
const records: fc.Arbitrary<Records> = fc.array(
  fc.array(
    fc.record({
      topic: fc.constant('any'),
      partition: fc.constant(0),
      key: text,
      value: fc
        .oneof(
          fc.uint8Array(),
          fc.nat(20_000).map((length) => new Uint8Array(length)),
        )
        .map((bytes) => Buffer.from(bytes)),
      headers: fc.dictionary(text, text),
      timestamp: fc.integer({ min: 1_000_000_000_000, max: 9_999_999_999_999 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  { maxLength: 3 },
);

describe('a produce request', () => {
  it('of whole messages has the very bytes that kafkajs writes', async () => {
    await fc.assert(
      fc.asyncProperty(text, records, fc.integer({ min: 3, max: 7 }), async (id, partitions, version) => {
        const ours = await encode(requestOf(id, partitions, ofOurs), version);
        const stock = await encode(requestOf(id, partitions, ofOthers), version);
        expect(ours.buffer.equals(stock.buffer)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('of other messages is written by kafkajs itself', async () => {
    const record = { topic: 't', partition: 0, key: 'k', value: Buffer.from('v'), headers: {}, timestamp: 1 };
    const writers = [ofOurs, ofOthers].map(async (made) => encode(requestOf('id', [[record]], made)));
    const names = (await Promise.all(writers)).map((encoded) => encoded.constructor.name);
    expect(names).toEqual(['Object', 'Encoder']);
  });
});
