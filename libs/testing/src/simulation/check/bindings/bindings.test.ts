import { certify } from '@baton/control';
import { found } from '../found';
import { eventType, HistoryMaker } from '../make-history';

const beginning = Number.NEGATIVE_INFINITY;
const atWork = (): HistoryMaker => new HistoryMaker().registers().joins().reads().delivers();
const proposed = (): HistoryMaker => atWork().proposes(2, 10_000).delivers();

describe('timelines', () => {
  const property = 'unsafe timelines-agree';
  const since = new HistoryMaker().now + 10_000;
  const bound = [
    [beginning, 1],
    [since, 2],
  ] as const;

  it('are what the entries read so far make', () => {
    const h = proposed()
      .acknowledges()
      .lists(['m-r1'])
      .sees([[beginning, 1]])
      .confirms();
    expect(found(h.sees([[beginning, 1]], 'r1', 4).sees(bound, 'r1', 5))).toEqual([]);
    expect(found(h.sees([[beginning, 1]], 'r1', 5))).toEqual([property]);
  });

  it('have no binding that somebody listed did not answer', () => {
    const h = proposed().acknowledges().lists(['m-r1', 'm-r2']).confirms();
    expect(found(h.sees([[beginning, 1]]))).toEqual([]);
    expect(found(h.sees(bound))).toEqual([property]);
  });

  it('have no binding that was listed, confirmed or proposed too late', () => {
    const late = proposed().acknowledges().after(3_000).lists(['m-r1']).confirms();
    expect(found(late.sees(bound))).toEqual([property]);
    const slow = proposed().acknowledges().lists(['m-r1']).after(20_001).confirms();
    expect(found(slow.sees(bound))).toEqual([property]);
    const hasty = atWork().after(3_000).proposes(2, 7_000).acknowledges().lists([]).confirms();
    expect(found(hasty.sees(bound))).toEqual([property]);
  });

  it('have no binding that was withdrawn, refused, or outdated', () => {
    const withdrawn = proposed().acknowledges().lists(['m-r1']).withdraws().confirms();
    expect(found(withdrawn.sees(bound))).toEqual([property]);
    const refused = proposed().lists([]).log({
      kind: 'binding-refused',
      proposal: 'b1',
      member: 'm-r1',
      because: 'test',
    });
    expect(found(refused.confirms().sees(bound))).toEqual([property]);
    const outdated = atWork().proposes(2, 10_000, { revision: 0 }).lists([]).confirms();
    expect(found(outdated.sees(bound))).toEqual([property]);
  });

  it('strictly increase from the beginning of time on', () => {
    expect(found(atWork().sees([[since, 1]]))).toEqual([property]);
  });
});

describe('a list', () => {
  it('is made lease and margin ahead of the instant', () => {
    const h = (lead: number) =>
      atWork().proposes(2, 6_500, { lead }).acknowledges().lists(['m-r1']).confirms();
    expect(found(h(6_000))).toEqual(['unsafe listed-in-time']);
    expect(found(proposed().acknowledges().lists(['m-r1']).confirms())).toEqual([]);
  });

  it('has everybody who was a member all the time, by member id', () => {
    const h = (list: readonly string[]) => proposed().lists(list).after(1).beats().confirms();
    expect(found(h([]))).toEqual(['unsafe every-member-is-listed']);
    expect(found(h(['r1']).acknowledges('r1'))).not.toContain('unsafe every-member-is-listed');
    expect(found(proposed().acknowledges('r1').lists(['r1']).after(1).beats().confirms())).toEqual([
      'unsafe every-member-is-listed',
      'unsafe answered-by-member-id',
    ]);
  });

  it('leaves out who was gone', () => {
    expect(found(proposed().lists([]).confirms())).toEqual([]);
    const answeredLate = proposed().lists([]).after(1);
    expect(found(answeredLate.beats({}, answeredLate.now - 1).confirms())).toEqual([]);
  });
});

describe('an acknowledgement', () => {
  const property = 'unsafe acknowledged-truly';
  const bound = { createdAt: new HistoryMaker().now + 10_000 };

  it('is wrong after an event at or after the instant was begun', () => {
    const h = atWork().publish('e1', bound).begins('e1', 1).proposes(2, 10_000).delivers();
    expect(found(h.acknowledges())).toEqual([property]);
  });

  it('is wrong after such a record was skipped', () => {
    const h = (moved: boolean): HistoryMaker => {
      const made = atWork().publish('e1', bound);
      return (moved ? made.moves(2, 0, 2) : made).proposes(2, 10_000).delivers().acknowledges();
    };
    expect(found(h(true))).toEqual([property]);
    expect(found(h(false))).toEqual([]);
  });

  it('is wrong where the committed offset lies behind such a record', () => {
    const h = (committed: number) =>
      new HistoryMaker().registers().publish('e1', bound).joins({}, committed).reads().proposes(2, 10_000);
    expect(found(h(2).delivers().acknowledges())).toEqual([property]);
    expect(found(h(0).delivers().acknowledges())).toEqual([]);
  });

  it('is right when an older record was passed', () => {
    const h = atWork()
      .publish('e1', { createdAt: bound.createdAt - 1 })
      .handles('e1', 1)
      .moves(1, 0, 2);
    expect(found(h.moves(2, 0, 2).proposes(2, 10_000).delivers().acknowledges())).toEqual([]);
  });

  it('is right if one of the generations that may have answered had passed nothing', () => {
    const h = atWork().publish('e1', bound).proposes(2, 10_000).delivers();
    h.joins({ generation: 2 }, 2).reads({ generation: 2 }).acknowledges();
    expect(found(h)).toEqual([]);
  });
});

describe('a promise', () => {
  const property = 'unsafe promise-kept';
  const bound = { createdAt: new HistoryMaker().now + 10_000 };
  const promised = (): HistoryMaker => proposed().acknowledges().lists(['m-r1']).publish('e1', bound);

  it('is broken by an event that begins before the outcome is known', () => {
    expect(found(promised().begins('e1', 2).confirms().delivers())).toEqual([property]);
    expect(found(promised().confirms().delivers().begins('e1', 2))).toEqual([]);
  });

  it('is broken by a record that is skipped before the outcome is known', () => {
    expect(found(promised().moves(1, 0, 2).confirms().delivers())).toEqual([property]);
    expect(found(promised().confirms().delivers().moves(1, 0, 2))).toEqual([]);
  });

  it('holds in the next generation too', () => {
    const h = promised().joins({ generation: 2 }).reads({ generation: 2 });
    expect(found(h.begins('e1', 2, { generation: 2 }).confirms().delivers())).toEqual([property]);
  });

  it('is broken by the second such event of a lane where the binding was withdrawn', () => {
    const h = (): HistoryMaker => proposed().publish('e1', bound).publish('e2', bound).begins('e1', 1);
    expect(found(h().withdraws().delivers().finishes('e1', 1))).toEqual([]);
    expect(found(h().finishes('e1', 1).begins('e2', 1).withdraws().delivers())).toEqual([property]);
  });

  it('does not bind who has not read the proposal', () => {
    const h = atWork().proposes(2, 10_000).publish('e1', bound).publish('e2', bound);
    expect(found(h.handles('e1', 1).handles('e2', 1).withdraws())).toEqual([]);
  });
});

describe('a proposal', () => {
  const property = 'stuck proposals-are-decided';

  it('is decided once the faults are over and members are there', () => {
    const open = proposed();
    open.add({ kind: 'faults-over' });
    open.after(60_000).beats();
    open.add({ kind: 'ended', pending: [] });
    expect(found(open)).toEqual([property]);
    const late = proposed();
    late.add({ kind: 'faults-over' });
    late.after(60_000).beats().withdraws().add({ kind: 'ended', pending: [] });
    expect(found(late)).toEqual([property]);
  });

  it('may be decided a little after its deadline', () => {
    const h = proposed();
    h.add({ kind: 'faults-over' });
    h.after(22_000).beats().withdraws().after(40_000).add({ kind: 'ended', pending: [] });
    expect(found(h)).toEqual([]);
  });

  it('may wait for somebody who moves the offsets of a group whose records are gone', () => {
    const h = proposed();
    h.add({ kind: 'faults-over' });
    h.after(60_000).add({ kind: 'disturbed', what: 'reset', process: undefined, text: 'offsets are reset' });
    h.beats().withdraws().add({ kind: 'ended', pending: [] });
    expect(found(h)).toEqual([]);
  });

  it('may stay open in an empty group', () => {
    expect(found(proposed().settles())).toEqual([]);
  });
});

describe('a verdict', () => {
  const verdict = (h: HistoryMaker, question: 'can-stop' | 'can-drop', says: 'safe' | 'unknown' = 'safe') => {
    const about = { group: question === 'can-drop' ? 'reminders' : undefined, version: 1 };
    const what = { process: 'script', question, eventType: 'lending.BooksBorrowed', verdict: says };
    h.add({ kind: 'verdict-given', ...what, ...about });
    return h;
  };

  it('is not safe to drop while an event is left', () => {
    expect(found(verdict(atWork().publish('e1'), 'can-drop'))).toEqual(['unsafe safe-drop-loses-nothing']);
    expect(found(verdict(atWork().publish('e1'), 'can-drop', 'unknown'))).toEqual([]);
    expect(found(verdict(atWork().publish('e1').handles('e1', 1), 'can-drop'))).toEqual([]);
  });

  it('is not safe to stop while a group is bound to the version', () => {
    const bound = () => proposed().acknowledges().lists(['m-r1']).confirms();
    expect(found(verdict(atWork(), 'can-stop'))).toEqual(['unsafe safe-stop-needs-no-version']);
    expect(found(verdict(bound(), 'can-stop'))).toEqual(['unsafe safe-stop-needs-no-version']);
    expect(found(verdict(bound().after(10_000), 'can-stop'))).toEqual([]);
  });

  /** A group that is past v1, and somebody who begins to ask. */
  const past = (before: (h: HistoryMaker) => void): HistoryMaker => {
    const h = proposed().acknowledges().lists(['m-r1']).confirms();
    before(h);
    h.after(10_000).beats();
    h.add({ kind: 'disturbed', what: 'script', process: 'script', text: 'script starts' });
    return h;
  };

  it('is not safe to stop while a cut is not drained', () => {
    const published = () => past((h) => h.commitsAll().publish('e1'));
    expect(found(verdict(published(), 'can-stop'))).toEqual(['unsafe safe-stop-is-drained']);
    expect(found(verdict(published().handles('e1', 1), 'can-stop'))).toEqual([]);
    const late = past((h) => h.commitsAll()).publish('e1', { createdAt: past(() => {}).now - 5_000 });
    expect(found(verdict(late, 'can-stop'))).toEqual([]);
  });

  it('was not safe, though the group dropped the version later', () => {
    const h = verdict(
      past((one) => one.publish('e1').handles('e1', 1)),
      'can-stop',
    );
    const certificate = certify({
      about: { question: 'drop', eventType, version: 1, group: 'reminders' },
      verdict: 'safe',
      evidence: [],
      by: 's',
      at: 1,
    } as unknown as Parameters<typeof certify>[0]);
    h.log({ kind: 'announced', from: 1, to: 2, deadline: h.now + 1, expectedRevision: 0 });
    h.log({ kind: 'dropped', version: 1, group: 'reminders', early: true, certificate });
    expect(found(h)).toEqual(['unsafe unknown-is-not-safe']);
  });

  it('is unknown while a group has no committed offsets', () => {
    for (const question of ['can-stop', 'can-drop'] as const) {
      const never = past((h) => h.publish('e1').handles('e1', 1));
      expect(found(verdict(never, question))).toEqual(['unsafe unknown-is-not-safe']);
      const expired = past((h) => {
        h.publish('e1').handles('e1', 1).commitsAll().add({ kind: 'offsets-expired', group: 'reminders' });
      });
      expect(found(verdict(expired, question))).toEqual(['unsafe unknown-is-not-safe']);
      const committed = past((h) => h.publish('e1').handles('e1', 1).commitsAll());
      expect(found(verdict(committed, question))).toEqual([]);
    }
  });
});

describe('a final end', () => {
  type Content = Parameters<typeof certify>[0];

  /** Group and publishers have left v1; `ends` is where it is said to end. */
  const retired = (ends: readonly number[], publishers: readonly string[] = []): HistoryMaker => {
    const certificate = (question: string) =>
      certify({
        about: { question, eventType, version: 1 },
        verdict: 'safe',
        evidence: [],
        by: 's',
        at: 1,
      } as unknown as Content);
    const h = proposed().acknowledges().lists(['m-r1']).confirms().after(10_000);
    const about = { version: 1, group: undefined };
    h.log({ kind: 'announced', from: 1, to: 2, deadline: h.now + 1, expectedRevision: 0 }).after(1);
    h.log({
      kind: 'retiring',
      ...about,
      publishers,
      certificate: certificate('stop'),
      expectedRevision: 1,
    });
    for (const publisher of publishers)
      h.log({ kind: 'retiring-acknowledged', ...about, publisher, attempt: 1 }, publisher);
    h.log({ kind: 'writes-refused', ...about, how: 'acl' });
    return h.log({ kind: 'final', ...about, ends, certificate: certificate('final') });
  };

  it('has nothing behind it', () => {
    expect(found(retired([0]).publish('e1'))).toEqual(['unsafe final-is-final']);
    expect(found(retired([0]).publish('e1', { versions: [2] }))).toEqual([]);
  });

  it('is kept by publishers that said that they write the version no more', () => {
    const told = (process: string) =>
      retired([100], ['lending-1']).publish('e1', { process, producer: process });
    expect(found(told('lending-1'))).toEqual(['unsafe retired-writers-stop']);
    expect(found(told('lending-2'))).toEqual([]);
  });
});
