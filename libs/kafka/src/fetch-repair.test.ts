import { readCommittedFilter } from '@baton/messaging';
import { batchBytes, fetchBytes, flag, recordBytes } from '../test/fetch-bytes';
import { assertFetchRepairLoaded } from './fetch-check';
import { fetchedBatchOf, installFetchRepair, rawBatchesRack } from './fetch-repair';
import { batchOf, brokerAnswering, type RawFetchResponse, requestTable } from './kafkajs-internals';

const record = (offset: number, producerId: bigint, key: string | Buffer, control = 0) =>
  batchBytes({
    firstOffset: BigInt(offset),
    producerId,
    attributes: producerId < 0n ? 0 : flag.transactional | control,
    records: [recordBytes({ key: Buffer.from(key) })],
  });

const overlapping = fetchBytes(11, [
  {
    aborted: [
      { producerId: 2n, firstOffset: 1n },
      { producerId: 1n, firstOffset: 0n },
    ],
    bytes: Buffer.concat([
      record(0, 1n, 'A'),
      record(1, 2n, 'B'),
      record(2, 2n, Buffer.alloc(4), flag.control),
      record(3, 1n, Buffer.from([0, 0, 0, 1]), flag.control),
      record(4, -1n, 'C'),
    ]),
  },
]);

const fetchAs = async (rackId: string, payload = overlapping) => {
  const { responses } = (await brokerAnswering(payload).fetch({ topics: [], rackId })) as RawFetchResponse;
  const partition = responses[0]?.partitions[0];
  if (partition === undefined) throw new Error('no partition');
  return batchOf('t', '0', partition);
};

describe('the fetch repair', () => {
  it('refuses a kafkajs that nobody has repaired', async () => {
    await expect(assertFetchRepairLoaded()).rejects.toMatchObject({ code: 'client-unsafe' });
  });

  describe('once installed', () => {
    beforeAll(() => {
      installFetchRepair();
      installFetchRepair();
    });

    it('passes its own check', async () => {
      await expect(assertFetchRepairLoaded()).resolves.toBeUndefined();
    });

    it('hands every record over, with markers by their kind and the aborted transactions as the broker lists them', async () => {
      const batch = fetchedBatchOf(await fetchAs(rawBatchesRack));
      const records = [...batch.records];
      expect(records.map(({ kind }) => kind)).toEqual([
        'data',
        'data',
        'abort-marker',
        'commit-marker',
        'data',
      ]);
      expect(records.map(({ transactionOf }) => transactionOf)).toEqual(['1', '2', '2', '1', undefined]);
      expect(batch.aborted).toEqual([
        { producerId: '2', firstOffset: 1 },
        { producerId: '1', firstOffset: 0 },
      ]);
      expect(records.filter(readCommittedFilter(batch.aborted)).map(({ offset }) => offset)).toEqual([4]);
    });

    it('hands a batch over in which nothing counts, or nothing is left', async () => {
      const marker = fetchBytes(11, [{ bytes: record(3, 1n, Buffer.alloc(4), flag.control) }]);
      const empty = fetchBytes(11, [{ bytes: batchBytes({ lastOffsetDelta: 3, records: [] }) }]);
      for (const payload of [marker, empty]) {
        const batch = await fetchAs(rawBatchesRack, payload);
        expect(batch.messages).toHaveLength(1);
        expect([...fetchedBatchOf(batch).records].map(({ offset }) => offset)).toEqual([3]);
      }
    });

    it('ends the reading where the log does not hold the offset any more', async () => {
      const payload = fetchBytes(11, [{ bytes: Buffer.alloc(0), errorCode: 1 }]);
      await expect(fetchAs(rawBatchesRack, payload)).rejects.toMatchObject({
        code: 'data-lost-to-retention',
        details: { topic: 't', partition: 0 },
      });
    });

    it('refuses brokers that know no transactions', () => {
      const make = requestTable().requests.Fetch.protocol({ version: 3 });
      expect(() => make({ rackId: rawBatchesRack })).toThrow('Use Kafka 0.11 or newer');
    });

    it('leaves consumers that do not ask for raw batches as stock kafkajs has them, its leak included', async () => {
      const { messages } = await fetchAs('');
      expect(messages.map(({ offset }) => offset)).toEqual(['0', '4']);
    });
  });
});
