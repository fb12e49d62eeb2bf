import { found } from '../found';
import { HistoryMaker } from '../make-history';

/** A group at work, with v1 binding. */
const atWork = (): HistoryMaker => new HistoryMaker().registers().joins().reads().delivers();

/** A group that is bound to v2 from ten seconds after its start on; that instant is now. */
const atTheCut = (): HistoryMaker => {
  const h = atWork().proposes(2, 10_000).delivers().acknowledges().lists(['m-r1']).confirms().delivers();
  return h.after(10_000).beats();
};

describe('order', () => {
  const misplaced = 'out-of-order first-handled-in-publish-order';

  it('is lost within a version when a later event is handled first', () => {
    const h = atWork().publish('e1').publish('e2').handles('e2', 1).handles('e1', 1);
    expect(found(h)).toContain(misplaced);
    expect(found(atWork().publish('e1').publish('e2').handles('e1', 1).handles('e2', 1))).toEqual([]);
  });

  it('is lost when a later event begins before the earlier one took effect', () => {
    const h = atWork().publish('e1').publish('e2').begins('e1', 1).begins('e2', 1);
    expect(found(h.finishes('e1', 1).finishes('e2', 1))).toEqual([misplaced]);
  });

  it('is not promised between keys and publishers', () => {
    const keys = atWork().publish('e1').publish('e2', { key: 'other' }).handles('e2', 1).handles('e1', 1);
    expect(found(keys)).toEqual([]);
    const other = { process: 'lending-2', producer: 'lending-2' };
    const publishers = atWork().publish('e1').publish('e2', other).handles('e2', 1).handles('e1', 1);
    expect(found(publishers)).toEqual([]);
  });

  it('is lost across the cut when v2 does not wait for v1', () => {
    const early = { createdAt: atTheCut().now - 1 };
    const h = atTheCut().publish('e1', early).publish('e2').handles('e2', 2).handles('e1', 1);
    expect(found(h)).toContain(misplaced);
    const held = atTheCut().publish('e1', early).publish('e2').handles('e1', 1).commits(1, 2);
    expect(found(held.handles('e2', 2))).toEqual([]);
  });

  it('is not promised at the cut for events without a twin', () => {
    const h = atTheCut().publish('e1', { createdAt: atTheCut().now - 1, versions: [1] });
    expect(found(h.publish('e2').handles('e2', 2).handles('e1', 1))).toEqual([]);
    const fallback = atTheCut()
      .publish('e1')
      .publish('e2', { versions: [1] });
    expect(found(fallback.handles('e2', 1).handles('e1', 2))).toEqual([]);
  });

  it('is not promised at the cut for twins outside a transaction', () => {
    const h = atTheCut();
    const early = { createdAt: h.now - 1, producer: undefined, process: 'lending-1' };
    h.store('e1', { ...early, call: h.call() }).store('e2', { producer: undefined, call: h.call() });
    expect(found(h.handles('e2', 2).handles('e1', 1))).toEqual([]);
  });

  it('is lost when an old event takes effect again after the newest', () => {
    const h = atWork().publish('e1').publish('e2').handles('e1', 1).handles('e2', 1);
    h.joins({ generation: 2 }).reads({ generation: 2 }).handles('e1', 1, { generation: 2 });
    expect(found(h)).toEqual(['out-of-order last-effect-is-newest']);
    expect(found(h.handles('e2', 1, { generation: 2 }))).toEqual([]);
  });

  it('is lost when a held record begins before what it waits for is committed', () => {
    const early = { createdAt: atTheCut().now - 1 };
    const h = atTheCut().publish('e1', early).publish('e2').handles('e1', 1).handles('e2', 2);
    expect(found(h)).toEqual(['out-of-order held-until-committed']);
  });

  it('is not promised to what comes late over two cuts', () => {
    const h = atTheCut();
    const [first, cut] = [h.now - 1, h.now];
    h.proposes(1, 10_000, { id: 'b2', revision: 4 })
      .delivers()
      .acknowledges('m-r1', 'b2')
      .lists(['m-r1'], 'b2');
    h.confirms('b2').delivers().after(10_000).beats();
    const late = (other: boolean): readonly string[] => {
      const copy = new HistoryMaker();
      copy.entries.push(...h.entries);
      copy.now = h.now;
      if (other) copy.publish('x', { process: 'lending-2', producer: 'lending-2' });
      copy.publish('e1', { createdAt: first }).publish('e2', { createdAt: cut });
      return found(copy.begins('e2', 2).finishes('e2', 2).handles('e1', 1));
    };
    expect(late(true)).toEqual([]);
    expect(late(false)).toContain(misplaced);
  });
});
