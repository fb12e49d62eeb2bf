import { BatonError } from '@baton/core';
import { createManualClock } from '@baton/testing';
import { type OutgoingRecord, silentLogger, type TransactionalProducer } from '..';
import { createTransactionSlot } from '../publisher/transaction-slot';
import { Parker } from './parker';

const record: OutgoingRecord = {
  topic: 'reminders.dead-letters',
  partition: 0,
  timestamp: 0,
  key: 'a',
  value: Buffer.from('1'),
  headers: {},
};

const parkerWith = (producer: Partial<TransactionalProducer>) => {
  const clock = createManualClock(0);
  const nothing = async () => {};
  const createProducer = async () => ({
    begin: nothing,
    send: nothing,
    commit: nothing,
    abort: nothing,
    close: nothing,
    ...producer,
  });
  const own = { clock, logger: silentLogger };
  const slot = createTransactionSlot({ transactionalId: 'reminders.dead-letters.m', createProducer, ...own });
  return { clock, parker: new Parker({ slot, ...own }) };
};

/** Lets promises go on. */
const settled = async (): Promise<void> => {
  for (let i = 0; i < 50; i += 1) await Promise.resolve();
};

describe('the parker', () => {
  it('sends a letter in hand at its close back', async () => {
    let fail: (error: Error) => void = () => {};
    const { clock, parker } = parkerWith({
      commit: () =>
        new Promise<void>((_, reject) => {
          fail = reject;
        }),
    });
    let outcome = 'none';
    parker
      .park(record, () => 'yes')
      .then(
        () => {
          outcome = 'stored';
        },
        ({ code }) => {
          outcome = code;
        },
      );
    await settled();
    await parker.close();
    fail(new Error('closed under way'));
    await settled();
    await clock.advance(60_000);
    expect(outcome).toBe('generation-ended');
  });

  describe('with letters too large for their topic', () => {
    /** A topic that takes so many bytes of values in one batch. */
    const topicThatTakes = (limit: { bytes: number }) => {
      const stored: string[] = [];
      let batches = 0;
      let sent: readonly OutgoingRecord[] = [];
      const setUp = parkerWith({
        send: async (records) => {
          batches += 1;
          sent = records;
          if (records.reduce((sum, { value }) => sum + value.length, 0) > limit.bytes)
            throw new BatonError('event-too-large', 'too large for the broker');
        },
        commit: async () => void stored.push(...sent.map(({ key }) => key)),
      });
      const park = (key: string, bytes: number, { partition = 0, may = (): 'yes' | 'never' => 'yes' } = {}) =>
        setUp.parker.park({ ...record, key, partition, value: Buffer.alloc(bytes) }, () => may());
      return { ...setUp, stored, park, batches: () => batches };
    };

    it('halves a batch, and stores all of it in order where only the batch was too large', async () => {
      const { clock, park, stored } = topicThatTakes({ bytes: 10 });
      const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
      const all = keys.map((key) => park(key, 4));
      await settled();
      await clock.advance(1_000);
      await Promise.all(all);
      expect(stored).toEqual(keys);
    });

    it('keeps only the partition of a single one waiting, in order, and says what to do', async () => {
      const { clock, park, parker, stored } = topicThatTakes({ bytes: 10 });
      const before = park('before', 4);
      void park('large', 50);
      void park('behind', 1);
      const other = park('other', 4, { partition: 1 });
      await settled();
      await clock.advance(1_000);
      await Promise.all([before, other]);
      void park('late', 1);
      const again = park('other again', 1, { partition: 1 });
      await settled();
      await clock.advance(60_000);
      await again;
      expect(stored).toEqual(['before', 'other', 'other again']);
      expect(parker.failing(1)).toBeUndefined();
      expect(parker.failing(0)).toMatchObject({
        error: { code: 'event-too-large', message: expect.stringContaining('Raise max.message.bytes') },
      });
    });

    it('stores them in order once the topic takes them', async () => {
      const limit = { bytes: 10 };
      const { clock, park, parker, stored } = topicThatTakes(limit);
      const all = [park('large', 50), park('behind', 1)];
      await settled();
      limit.bytes = 100;
      await clock.advance(10_000);
      await Promise.all(all);
      expect(stored).toEqual(['large', 'behind']);
      expect(parker.failing(0)).toBeUndefined();
    });

    it('sends them back where the generation is over, and at the close', async () => {
      const { clock, park, parker, stored } = topicThatTakes({ bytes: 10 });
      let generation: 'going' | 'over' = 'going';
      const may = () => (generation === 'going' ? 'yes' : 'never');
      const large = park('large', 50, { may });
      const next = park('next', 50);
      const ends = [large, next].map((one) =>
        expect(one).rejects.toMatchObject({ code: 'generation-ended' }),
      );
      await settled();
      generation = 'over';
      await clock.advance(10_000);
      await ends[0];
      await parker.close();
      await ends[1];
      expect(stored).toEqual([]);
    });
  });

  it('goes on though a broken producer cannot be closed', async () => {
    let failures = 1;
    const { clock, parker } = parkerWith({
      commit: async () => {
        failures -= 1;
        if (failures >= 0) throw new Error('away for a moment');
      },
      close: () => Promise.reject(new Error('cannot be closed')),
    });
    const parked = parker.park(record, () => 'yes');
    await settled();
    await clock.advance(60_000);
    await expect(parked).resolves.toBeUndefined();
  });
});
