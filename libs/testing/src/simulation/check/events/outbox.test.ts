import { found } from '../found';
import { HistoryMaker, type StoreOptions } from '../make-history';

const start = new HistoryMaker().now;

/** A group at work, with v1 binding. */
const atWork = (): HistoryMaker => new HistoryMaker().registers().joins().reads().delivers();

/** Puts an event into the outbox, in a transaction that ends at once. */
const put = (
  h: HistoryMaker,
  id: string,
  { how = 'committed', process = 'desk-1' }: { how?: 'committed' | 'rolled-back'; process?: string } = {},
): HistoryMaker => {
  const call = h.call({ process });
  h.add({ kind: 'row-settled', process, call, source: 'lending', id, key: 'k', how });
  const outcome = how === 'committed' ? 'committed' : 'rejected';
  h.add({ kind: 'publish-ended', call, outcome, id, code: undefined });
  return h;
};

/** A relay sends an event, twins and all; its number is that of its call. */
const send = (h: HistoryMaker, id: string, options: StoreOptions = {}): HistoryMaker => {
  const producer = options.producer ?? 'lending.outbox.0';
  const call = options.call ?? Number(id.slice(1));
  return h.store(id, { ...options, call, producer }).commitTransaction(producer);
};

describe('an outbox', () => {
  it('has lost an event that was committed into it and is never published', () => {
    expect(found(put(atWork(), 'e1').settles())).toEqual([
      'lost committed-is-visible',
      'lost what-is-committed-is-published',
    ]);
    expect(found(send(put(atWork(), 'e1'), 'e1').handles('e1', 1).commitsAll().settles())).toEqual([]);
  });

  it('may be sent from again and again', () => {
    const h = send(send(put(atWork(), 'e1'), 'e1').handles('e1', 1), 'e1', { createdAt: start });
    expect(found(h.commitsAll().settles())).toEqual([]);
  });

  it('sends nothing that was rolled back', () => {
    const h = send(put(atWork(), 'e1', { how: 'rolled-back' }), 'e1');
    expect(found(h)).toContain('unsafe only-what-is-committed-is-sent');
    expect(found(put(atWork(), 'e1', { how: 'rolled-back' }).settles())).toEqual([]);
  });

  it('sends nothing before it is committed', () => {
    const h = put(atWork(), 'e1').store('e2', { producer: 'lending.outbox.0' });
    expect(found(put(h.commitTransaction('lending.outbox.0'), 'e2'))).toContain(
      'unsafe only-what-is-committed-is-sent',
    );
  });

  it('sends nothing that nobody put into it', () => {
    expect(found(send(put(atWork(), 'e1'), 'e2'))).toContain('unsafe only-what-is-committed-is-sent');
  });

  it('promises the order in which transactions commit, whoever was called first', () => {
    const twoCalls = (first: string, then: string): HistoryMaker => {
      const h = atWork();
      const [one, two] = [h.call({ process: 'desk-1' }), h.call({ process: 'desk-2' })];
      const row = { kind: 'row-settled', source: 'lending', key: 'k', how: 'committed' } as const;
      h.add({ ...row, process: 'desk-2', call: two, id: 'e2' });
      h.add({ ...row, process: 'desk-1', call: one, id: 'e1' });
      send(h.after(1), 'e2', { call: two });
      send(h.after(1), 'e1', { call: one });
      return h.handles(first, 1).handles(then, 1);
    };
    expect(found(twoCalls('e2', 'e1'))).toEqual([]);
    expect(found(twoCalls('e1', 'e2'))).toContain('out-of-order first-handled-in-publish-order');
  });

  it('stamps no earlier than before in a range, whatever process it goes through', () => {
    const sent = (producer: string): HistoryMaker => {
      const h = put(put(atWork(), 'e1'), 'e2', { process: 'desk-2' });
      send(h, 'e1', { createdAt: h.now, producer: 'lending.outbox.0' });
      return send(h, 'e2', { createdAt: h.now - 1, producer });
    };
    expect(found(sent('lending.outbox.0'))).toContain('unsafe created-at-monotonic');
    expect(found(sent('lending.outbox.1'))).toEqual([]);
  });
});
