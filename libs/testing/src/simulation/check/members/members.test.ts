import { found } from '../found';
import { HistoryMaker, place } from '../make-history';

const atWork = (): HistoryMaker => new HistoryMaker().registers().joins().reads().delivers();

describe('commits', () => {
  it('are for owned partitions', () => {
    const h = new HistoryMaker().registers().joins({}, undefined, [1]).reads();
    expect(found(h.commits(2, 0))).toEqual(['unsafe commits-own-partitions']);
    expect(found(h.commits(2, 0, {}, 'refused'))).toContain('unsafe commits-own-partitions');
    expect(found(atWork().commits(2, 0))).toEqual([]);
  });

  it('are made in a generation that the member is in', () => {
    expect(found(atWork().commits(2, 0, { generation: 2 }))).toContain('unsafe commits-own-partitions');
    expect(found(atWork().commits(2, 0, { generation: 2 }, 'refused'))).toEqual([]);
  });

  it('never go back', () => {
    const h = atWork().publish('e1').handles('e1', 1).commits(1, 2);
    expect(found(h.commits(1, 0))).toEqual(['unsafe commits-never-go-back']);
  });

  it('may begin anew once the offsets have expired', () => {
    const h = atWork().publish('e1').handles('e1', 1).commits(1, 2);
    h.add({ kind: 'offsets-expired', group: 'reminders' });
    expect(found(h.commits(1, 0))).toEqual([]);
  });

  it('come after the effect', () => {
    const early = atWork().publish('e1').begins('e1', 1).commits(1, 2).finishes('e1', 1);
    expect(found(early)).toEqual(['lost commits-what-is-handled']);
    expect(found(atWork().publish('e1').handles('e1', 1).commits(1, 2))).toEqual([]);
  });

  it('do not pass open transactions', () => {
    const h = atWork();
    h.store('e1', { call: h.call() }).commits(2, 1);
    expect(found(h)).toEqual(['lost commits-what-is-handled']);
  });

  it('do not pass malformed records', () => {
    const h = atWork().store('e1', { producer: undefined, on: [1], headers: { ce_specversion: '2.0' } });
    expect(found(h.commits(1, 1))).toEqual(['lost commits-what-is-handled']);
  });

  it('pass skipped, aborted and control records', () => {
    const h = atWork().publish('e1').commits(2, 2);
    h.store('e2', { call: h.call() }).endTransaction('abort').commits(2, 4);
    expect(found(h)).toEqual([]);
  });

  it('do not silently pass what retention took', () => {
    const cut = (first: (h: HistoryMaker) => void): readonly string[] => {
      const h = atWork();
      first(h);
      h.publish('e1').add({ kind: 'retention', ...place(1), offset: 2 });
      return found(h.commits(1, 2));
    };
    expect(cut((h) => h.commits(1, 0))).toEqual(['lost commits-what-is-handled']);
    expect(cut(() => {})).toEqual([]);
  });
});

describe('positions', () => {
  it('pass only what the group handled, or skipped by the rule', () => {
    expect(found(atWork().publish('e1').moves(1, 0, 2))).toEqual(['lost passes-what-is-handled']);
    expect(found(atWork().publish('e1').moves(2, 0, 2))).toEqual([]);
    expect(found(atWork().publish('e1').handles('e1', 1).moves(1, 0, 2))).toEqual([]);
    const other = atWork().publish('e1').handles('e1', 1).joins({ generation: 2 }).reads({ generation: 2 });
    expect(found(other.moves(1, 0, 2, { generation: 2 }))).toEqual([]);
  });

  it('pass what failed, and the events of its key behind it', () => {
    const failed = (key: string): HistoryMaker => {
      const h = atWork().publish('e1').publish('e2', { key }).begins('e1', 1).fails('e1', 1);
      return h.moves(1, 0, 4);
    };
    expect(found(failed('k'))).toEqual([]);
    expect(found(failed('other'))).toEqual(['lost passes-what-is-handled']);
    expect(found(failed('k').commits(1, 2))).toContain('lost commits-what-is-handled');
  });

  it('do not pass open transactions, and pass aborted ones', () => {
    const h = atWork();
    h.store('e1', { call: h.call() }).moves(2, 0, 1);
    expect(found(h)).toEqual(['lost passes-what-is-handled']);
    const aborted = atWork();
    aborted.store('e1', { call: aborted.call() }).endTransaction('abort').moves(1, 0, 2);
    expect(found(aborted)).toEqual([]);
  });
});

describe('the control log', () => {
  const property = 'unsafe log-read-first';
  const joined = (): HistoryMaker => new HistoryMaker().registers().publish('e1').joins();

  it('is read before anything is processed, skipped or committed', () => {
    expect(found(joined().begins('e1', 1).reads())).toEqual([property]);
    expect(found(joined().moves(2, 0, 2).reads())).toEqual([property]);
    expect(found(joined().commits(1, 0).reads())).toEqual([property]);
    expect(found(joined().reads().begins('e1', 1).moves(2, 0, 2).commits(1, 0))).toEqual([]);
  });

  it('is read in every generation', () => {
    const h = joined().reads().joins({ generation: 2 }).begins('e1', 1, { generation: 2 });
    expect(found(h)).toEqual([property]);
  });

  it('is read to the end that it had at the join', () => {
    expect(found(joined().reads({}, 0).begins('e1', 1))).toEqual([property]);
  });

  it('is none for a group that never registered', () => {
    expect(found(new HistoryMaker().publish('e1').joins().begins('e1', 1))).toEqual([]);
  });
});

describe('a lease', () => {
  const property = 'unsafe begins-on-a-lease';

  it('lasts from the sending of the last confirmed heartbeat on', () => {
    expect(found(atWork().publish('e1').after(5_999).begins('e1', 1))).toEqual([]);
    expect(found(atWork().publish('e1').after(6_000).begins('e1', 1))).toEqual([property]);
    const h = () => atWork().publish('e1').after(4_000);
    expect(
      found(
        h()
          .beats({}, h().now - 1_000)
          .after(5_000)
          .begins('e1', 1),
      ),
    ).toEqual([property]);
    expect(found(h().beats().after(5_000).begins('e1', 1))).toEqual([]);
  });

  it('ends with the process', () => {
    const h = atWork().publish('e1').beats().restarts('r1').after(3_000).joins({ generation: 2 });
    h.reads({ generation: 2 }).after(5_000).begins('e1', 1, { generation: 2 });
    expect(found(h)).toEqual([]);
  });
});

describe('members with static bindings', () => {
  const [one, other] = [{ process: 'r1' }, { process: 'r2' }];
  const beginning = Number.NEGATIVE_INFINITY;
  const both = (second: number): HistoryMaker =>
    new HistoryMaker().sees([[beginning, 1]], 'r1', 0).sees([[beginning, second]], 'r2', 0);

  it('never own partitions together if their timelines differ', () => {
    const joined = (second: number) => both(second).joins(one, undefined, [1]).joins(other, undefined, [2]);
    expect(found(joined(2))).toEqual(['unsafe one-timeline-owns']);
    expect(found(joined(1))).toEqual([]);
  });

  it('may sit beside each other without partitions', () => {
    expect(found(both(2).joins(one).joins(other, undefined, []))).toEqual([]);
  });
});
