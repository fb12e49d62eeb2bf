import { found } from '../found';
import { HistoryMaker, smallSetting } from '../make-history';

const beginning = Number.NEGATIVE_INFINITY;

/** A group at work, with v1 binding. */
const atWork = (): HistoryMaker => new HistoryMaker().registers().joins().reads().delivers();

/** A group that is bound to v2 from ten seconds after its start on; that instant is now. */
const atTheCut = (): HistoryMaker => {
  const h = atWork().proposes(2, 10_000).delivers().acknowledges().lists(['m-r1']).confirms().delivers();
  return h.after(10_000).beats();
};

describe('handled at least once', () => {
  it('finds an event lost that the group committed past', () => {
    const h = atWork().publish('e1').commitsAll().settles();
    expect(found(h)).toContain('lost handled-at-least-once');
    expect(found(atWork().publish('e1').handles('e1', 1).commitsAll().settles())).toEqual([]);
  });

  it('finds an event lost whose responsible twin is not visible', () => {
    const h = atTheCut();
    h.call();
    h.store('e1', { versions: [1, 2], on: [1] })
      .commitTransaction()
      .settles();
    expect(found(h)).toContain('lost handled-at-least-once');
  });

  it('finds an event lost of a version that nobody reads any more', () => {
    const h = atWork().publish('e1').joins({ generation: 2 }, undefined, [2]).reads({ generation: 2 });
    expect(found(h.beats({ generation: 2 }).settles())).toContain('lost handled-at-least-once');
  });

  it('finds a group stuck whose events wait at the end', () => {
    const h = atWork().publish('e1').settles();
    expect(found(h)).toEqual(['stuck everything-settles']);
  });

  it('leaves out what waits while faults go on', () => {
    expect(found(atWork().publish('e1'))).toEqual([]);
  });

  it('leaves out aborted events', () => {
    const h = atWork();
    h.store('e1', { call: h.call() }).endTransaction('abort').commitsAll().settles();
    expect(found(h)).toEqual([]);
  });

  it('leaves out what retention took from a group that stopped there', () => {
    const h = atWork().commitsAll().publish('e1').publish('e2');
    h.add({ kind: 'retention', topic: 'lending.BooksBorrowed.v1', partition: 0, offset: 2 });
    expect(found(h.settles())).toEqual([]);
  });

  it('finds what is left pending', () => {
    expect(found(atWork().settles(['lending-1 has an event under way']))).toEqual([
      'stuck everything-settles',
    ]);
    expect(found(atWork().settles())).toEqual([]);
  });
});

describe('handled in one version', () => {
  it('finds an event doubled that took effect as v1 and as v2', () => {
    const h = atWork().publish('e1').handles('e1', 1).handles('e1', 2).commitsAll().settles();
    expect(found(h)).toContain('doubled handled-in-one-version');
  });

  it('takes a repetition in one version for what it is', () => {
    const h = atWork().publish('e1').handles('e1', 1).joins({ generation: 2 }).reads({ generation: 2 });
    expect(found(h.handles('e1', 1, { generation: 2 }).commitsAll({ generation: 2 }).settles())).toEqual([]);
  });
});

describe('decided by the rule', () => {
  it('finds a handler that began a twin that does not count', () => {
    const h = atTheCut().publish('e1').begins('e1', 1);
    expect(found(h)).toEqual(['unsafe decided-by-the-rule']);
    expect(found(atTheCut().publish('e1').begins('e1', 2))).toEqual([]);
  });

  it('counts an event created at the instant as bound, one created a millisecond before as not', () => {
    const before = () => atTheCut().publish('e1', { createdAt: atTheCut().now - 1 });
    expect(found(before().begins('e1', 2))).toEqual(['unsafe decided-by-the-rule']);
    expect(found(before().begins('e1', 1))).toEqual([]);
    expect(found(atTheCut().publish('e1').begins('e1', 1))).toEqual(['unsafe decided-by-the-rule']);
  });

  it('gives an event without the named version to the nearest published one', () => {
    expect(
      found(
        atTheCut()
          .publish('e1', { versions: [1] })
          .begins('e1', 1),
      ),
    ).toEqual([]);
    expect(
      found(
        atWork()
          .publish('e1', { versions: [2] })
          .begins('e1', 2),
      ),
    ).toEqual([]);
  });
});

describe('really published', () => {
  it('finds an aborted record that was handled', () => {
    const h = atWork();
    h.store('e1', { call: h.call() }).endTransaction('abort').begins('e1', 1);
    expect(found(h)).toEqual(['unsafe handled-what-is-visible']);
  });

  it('finds a record that was handled before its transaction was committed', () => {
    const h = atWork();
    h.store('e1', { call: h.call() }).begins('e1', 1).commitTransaction();
    expect(found(h)).toEqual(['unsafe handled-what-is-visible']);
  });

  it('finds a handler that was given what was never stored', () => {
    const h = atWork().publish('e1').begins('e1', 1);
    const began = h.entries.at(-1);
    if (began?.kind === 'handler-began') h.entries[began.step] = { ...began, id: 'e9' };
    expect(found(h)).toEqual(['unsafe handled-what-was-stored']);
  });

  it('knows records from before Baton by their place', () => {
    const h = atWork()
      .store('e1', { versions: [1], headers: {}, producer: undefined })
      .begins('e1', 1);
    const began = h.entries.at(-1);
    const [source, id] = ['/topics/lending.BooksBorrowed.v1', 'lending.BooksBorrowed.v1-0-0'];
    if (began?.kind === 'handler-began') h.entries[began.step] = { ...began, source, id };
    expect(found(h)).toEqual([]);
  });
});

describe('told the truth', () => {
  it('finds an event that its caller was told is committed, and is not visible', () => {
    const h = atWork();
    const call = h.call();
    h.store('e1', { call }).endTransaction('abort');
    h.add({ kind: 'publish-ended', call, outcome: 'committed', id: 'e1', code: undefined });
    expect(found(h)).toEqual(['lost committed-is-visible']);
  });

  it('finds an event that its caller was told is not published, and is visible', () => {
    const h = atWork();
    const call = h.call();
    h.store('e1', { call }).commitTransaction();
    h.add({ kind: 'publish-ended', call, outcome: 'rejected', id: undefined, code: 'broker-unavailable' });
    expect(found(h)).toEqual(['unsafe rejected-is-invisible']);
  });

  it('finds a call that made two events', () => {
    const h = atWork();
    const call = h.call();
    h.store('e1', { call }).commitTransaction().store('e2', { call }).commitTransaction();
    expect(found(h)).toEqual(['doubled one-call-one-event']);
  });

  it('lets an unknown outcome be either', () => {
    for (const how of ['commit', 'abort'] as const) {
      const h = atWork();
      const call = h.call();
      h.store('e1', { call }).endTransaction(how);
      h.add({ kind: 'publish-ended', call, outcome: 'unknown', id: 'e1', code: 'outcome-unknown' });
      expect(found(h)).toEqual([]);
    }
  });
});

describe('twins', () => {
  it('are torn when they become visible in two transactions', () => {
    const h = atWork();
    const call = h.call();
    h.store('e1', { call, on: [1] }).endTransaction('commit', 'lending-1', [1]);
    h.store('e1', { call, on: [2] }).endTransaction('commit', 'lending-1', [2]);
    expect(found(h)).toEqual(['torn twins-visible-together']);
  });

  it('are torn when one of them is missing', () => {
    const h = atWork();
    h.store('e1', { call: h.call(), on: [1], producer: undefined });
    expect(found(h)).toEqual(['torn twins-visible-together']);
  });

  it('are torn when one partition of their transaction commits and the other aborts', () => {
    const h = atWork();
    h.store('e1', { call: h.call() }).endTransaction('commit', 'lending-1', [1]);
    expect(found(h)).toEqual([]);
    expect(found(h.endTransaction('abort', 'lending-1', [2]))).toEqual(['torn twins-visible-together']);
  });

  it('are whole outside a transaction, if both come in the end', () => {
    const h = atWork();
    h.store('e1', { call: h.call(), producer: undefined });
    expect(found(h)).toEqual([]);
  });

  it('are not what they were when a resend carries another stamp', () => {
    const resent = (options: object): readonly string[] => {
      const h = atWork();
      const call = h.call();
      h.store('e1', { call }).endTransaction('abort');
      return found(
        h.store('e1', { call, createdAt: h.entries.at(-1)?.at ?? 0, ...options }).commitTransaction(),
      );
    };
    expect(resent({})).toEqual([]);
    expect(resent({ createdAt: atWork().now + 5 })).toEqual(['torn stamped-once']);
    expect(resent({ key: 'other' })).toEqual(['torn stamped-once']);
    expect(resent({ versions: [1] })).toEqual(['torn stamped-once']);
    expect(resent({ call: 7 })).toEqual(['torn stamped-once']);
  });

  it('are stamped with the time of their records', () => {
    const h = atWork();
    h.store('e1', { call: h.call(), timestamp: h.now + 1 }).commitTransaction();
    expect(found(h)).toEqual(['torn stamped-once']);
  });
});

describe('createdAt', () => {
  const twice = (second: number, between: (h: HistoryMaker) => void = () => {}): readonly string[] => {
    const h = atWork()
      .restarts('lending-1')
      .publish('e1', { createdAt: atWork().now + 100 });
    between(h);
    return found(h.publish('e2', { createdAt: h.now + second }));
  };

  it('never decreases within a publisher instance', () => {
    expect(twice(99)).toEqual(['unsafe created-at-monotonic']);
    expect(twice(100)).toEqual([]);
  });

  it('never decreases across a restart, unless the clock was set', () => {
    expect(twice(99, (h) => h.restarts('lending-1'))).toEqual(['unsafe created-at-monotonic']);
    const set = (h: HistoryMaker): void => {
      h.add({ kind: 'disturbed', what: 'clock', process: 'lending-1', text: 'back' });
      h.restarts('lending-1');
    };
    expect(twice(99, set)).toEqual([]);
  });

  it('is compared with the own events only', () => {
    const h = atWork().publish('e1', { createdAt: atWork().now + 100 });
    expect(found(h.publish('e2', { process: 'lending-2', producer: 'lending-2' }))).toEqual([]);
  });
});

describe('a group with static bindings', () => {
  it('is judged by the timeline its members have', () => {
    const h = new HistoryMaker()
      .sees([[beginning, 2]], 'r1', 0)
      .joins()
      .publish('e1');
    expect(found(h.begins('e1', 1), { ...smallSetting })).toEqual(['unsafe decided-by-the-rule']);
  });
});
