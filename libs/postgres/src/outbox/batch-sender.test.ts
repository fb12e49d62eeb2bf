import { BatonError, publishedVersions, version } from '@baton/core';
import { type Attempt, type OutgoingRecord, silentLogger, systemClock } from '@baton/messaging';
import { BatchSender, type StampedEvent } from './batch-sender';

const event = (seq: number, eventType = 'lending.BooksBorrowed'): StampedEvent => ({
  event: {
    seq: String(seq),
    id: `e${seq}`,
    eventType,
    version: 1,
    key: 'k',
    data: {},
    traceparent: undefined,
    stamp: undefined,
  },
  published: publishedVersions([1]),
  partition: 0,
  twins: [
    {
      version: version(1),
      topic: `${eventType}.v1`,
      dataSchema: `${eventType}.v1-value/1`,
      value: Buffer.from('{}'),
    },
  ],
  bytes: 2,
  createdAt: 1_000 + seq,
});

const failed = (code: 'event-too-large' | 'broker-unavailable' | 'not-authorized'): Attempt => ({
  kind: 'failed',
  committing: false,
  error: new BatonError(code, code),
});

/** A sender whose attempts come to what is given, one after the other, and succeed from then on. */
const sender = (outcomes: readonly Attempt[], goesOn: (attempts: number) => boolean = () => true) => {
  const committed: string[] = [];
  let attempts = 0;
  const attempt = async (_records: readonly OutgoingRecord[]): Promise<Attempt> => {
    attempts += 1;
    return outcomes[attempts - 1] ?? { kind: 'committed' };
  };
  const batch = new BatchSender({
    source: 'lending',
    slot: { attempt, open: async () => {}, replaced: () => 0, rival: () => undefined, close: async () => {} },
    deprecations: () => new Map(),
    committed: (events) => void committed.push(...events.map((each) => each.event.id)),
    park: async () => {},
    goesOn: () => goesOn(attempts),
    clock: systemClock,
    logger: silentLogger,
    refusedPauseMs: 1_000,
  });
  return { batch, committed, attempts: () => attempts };
};

describe('a batch that is too large for one transaction', () => {
  it('is sent in halves, one after the other', async () => {
    const { batch, committed } = sender([failed('event-too-large')]);
    expect(await batch.send([event(1), event(2)])).toBe('committed');
    expect(committed).toEqual(['e1', 'e2']);
  });

  it('leaves the second half if the first is left because the work ends', async () => {
    const { batch, committed } = sender(
      [failed('event-too-large'), failed('broker-unavailable')],
      (attempts) => attempts < 2,
    );
    expect(await batch.send([event(1), event(2)])).toBe('left');
    expect(committed).toEqual([]);
  });

  it('leaves the second half if the broker refuses the first', async () => {
    const { batch, committed } = sender([failed('event-too-large'), failed('not-authorized')]);
    expect(await batch.send([event(1), event(2)])).toBe('left');
    expect(committed).toEqual([]);
  });
});

describe('a batch of several types of which one is refused', () => {
  const types = [event(1, 'lending.BooksBorrowed'), event(2, 'lending.BooksReturned')];

  it('goes on with the others', async () => {
    const { batch, committed } = sender([failed('not-authorized'), failed('not-authorized')]);
    expect(await batch.send(types)).toBe('left');
    expect(committed).toEqual(['e2']);
    expect([...batch.refused.keys()]).toEqual(['lending.BooksBorrowed']);
  });

  it('begins none of them once the work ends', async () => {
    const { batch, attempts } = sender([failed('not-authorized')], () => false);
    expect(await batch.send(types)).toBe('left');
    expect(attempts()).toBe(1);
  });
});
