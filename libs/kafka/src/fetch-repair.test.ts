import { readCommittedFilter } from '@baton/messaging';
import { assertFetchRepairLoaded, fetchedBatchOf, installFetchRepair, rawBatchesRack } from './fetch-repair';
import { batchOf, brokerAnswering, type RawFetchResponse } from './kafkajs-internals';

const record = (offset: number, producerId: string, key: string | Buffer, control = false) => ({
  offset: String(offset),
  timestamp: '5',
  key: Buffer.from(key),
  value: Buffer.from('v'),
  headers: {},
  isControlRecord: control,
  batchContext: {
    firstOffset: String(offset),
    lastOffsetDelta: 0,
    inTransaction: producerId !== '-1',
    producerId,
  },
});

const overlapping = (): RawFetchResponse => ({
  responses: [
    {
      topicName: 't',
      partitions: [
        {
          partition: 0,
          errorCode: 0,
          highWatermark: '5',
          abortedTransactions: [
            { producerId: '2', firstOffset: '1' },
            { producerId: '1', firstOffset: '0' },
          ],
          messages: [
            record(0, '1', 'A'),
            record(1, '2', 'B'),
            record(2, '2', Buffer.alloc(4), true),
            record(3, '1', Buffer.from([0, 0, 0, 1]), true),
            record(4, '-1', 'C'),
          ],
        },
      ],
    },
  ],
});

const fetchAs = async (rackId: string) => {
  const broker = brokerAnswering(overlapping());
  const { responses } = (await broker.fetch({ topics: [], rackId })) as RawFetchResponse;
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
      expect(batch.records.map(({ kind }) => kind)).toEqual([
        'data',
        'data',
        'abort-marker',
        'commit-marker',
        'data',
      ]);
      expect(batch.records.map(({ transactionOf }) => transactionOf)).toEqual([
        '1',
        '2',
        '2',
        '1',
        undefined,
      ]);
      expect(batch.aborted).toEqual([
        { producerId: '2', firstOffset: 1 },
        { producerId: '1', firstOffset: 0 },
      ]);
      expect(batch.records.filter(readCommittedFilter(batch.aborted)).map(({ offset }) => offset)).toEqual([
        4,
      ]);
    });

    it('leaves consumers that do not ask for raw batches as stock kafkajs has them, its leak included', async () => {
      const { messages } = await fetchAs('');
      expect(messages.map(({ offset }) => offset)).toEqual(['0', '4']);
    });
  });
});
