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
