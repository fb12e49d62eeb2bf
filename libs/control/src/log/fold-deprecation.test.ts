import {
  about,
  acknowledged,
  announced,
  bindTo,
  bound,
  certificate,
  deadline,
  dropped,
  eventType,
  final,
  fold,
  givenUp,
  group,
  lastVerdict,
  moved,
  own,
  type Row,
  refused,
  registered,
  retiring,
  toFinal,
  toRefused,
  toRetiring,
  v1,
  v2,
  v3,
  vetoed,
  withdrawn,
} from '../../test-support/deprecation-log';
import { certify, eventTypeState, groupState, type UnsignedEntry, vetoesAt } from '../index';

const voided = (because: string) => ({ kind: 'void', because: expect.stringContaining(because) });

describe('a deprecation', () => {
  it('is announced once, moves later, is objected to and retired', () => {
    const state = fold(
      [1, announced({ vetoUntil: 50 })],
      [2, moved(2000)],
      [3, vetoed(3000)],
      [4, withdrawn],
      [2000, retiring(4)],
      [2001, acknowledged('a')],
      [2002, acknowledged('b')],
      [2003, refused],
      [2004, final()],
    );
    expect(state.voids).toBe(0);
    expect(own(state)).toMatchObject({
      successor: 2,
      deadline: 2000,
      phase: { kind: 'retired', final: { ends: [3, 4], at: 2004 } },
    });
    expect(eventTypeState(state, eventType).revision).toBe(7);
  });

  it('shows a veto only until it ends', () => {
    const deprecation = own(fold([1, announced()], [2, vetoed(500)]));
    if (deprecation === undefined) throw new Error('not announced');
    expect(vetoesAt(deprecation, 499)).toHaveLength(1);
    expect(vetoesAt(deprecation, 500)).toHaveLength(0);
  });

  it('lists further publishers while it is retiring, and waits for them too', () => {
    const state = fold(...toRetiring, [1001, retiring(2, { publishers: ['c'] })], [1002, acknowledged('a')]);
    expect(own(state)?.phase).toMatchObject({ retirement: { publishers: ['a', 'b', 'c'], attempt: 1 } });
    expect(
      lastVerdict(
        fold(
          ...toRetiring,
          [1001, retiring(2, { publishers: ['c'] })],
          [1002, acknowledged('a')],
          [1003, acknowledged('b')],
          [1004, refused],
        ),
      ),
    ).toEqual(voided('no acknowledgement from c'));
  });

  it.each([
    [
      'a second announcement',
      [
        [1, announced()],
        [2, announced({ expectedRevision: 1 })],
      ],
      'announced already',
    ],
    ['an announcement at another revision', [[1, announced({ expectedRevision: 1 })]], 'expected revision 1'],
    ['a version that succeeds itself', [[1, announced({ to: v1 })]], 'cannot succeed itself'],
    [
      'a successor that goes away too',
      [
        [1, announced()],
        [2, announced({ from: v3, to: v1, expectedRevision: 1 })],
      ],
      'v1 is deprecated itself',
    ],
    ['a deadline that is over', [[deadline, announced()]], 'is over'],
    ['a time for vetoes past the deadline', [[1, announced({ vetoUntil: deadline + 1 })]], 'by the deadline'],
    [
      'an earlier deadline',
      [
        [1, announced()],
        [2, moved(999)],
      ],
      'only move later',
    ],
    [
      'the same deadline',
      [
        [1, announced()],
        [2, moved(deadline)],
      ],
      'only move later',
    ],
    [
      'a deadline moved at another revision',
      [
        [1, announced()],
        [2, moved(2000, 0)],
      ],
      'expected revision 0',
    ],
    ['a deadline of what nobody announced', [[1, moved(2000, 0)]], 'nobody announced'],
    [
      'a veto that is over',
      [
        [1, announced()],
        [2, vetoed(2)],
      ],
      'ended at',
    ],
    [
      'a veto after the time for vetoes',
      [
        [1, announced({ vetoUntil: 50 })],
        [50, vetoed(500)],
      ],
      'were possible until',
    ],
    ['a veto while it retires', [...toRetiring, [1001, vetoed(5000)]], 'is retiring'],
    [
      'a withdrawal without a veto',
      [
        [1, announced()],
        [2, withdrawn],
      ],
      'no veto in force',
    ],
    [
      'a withdrawal of a veto that has ended',
      [
        [1, announced()],
        [2, vetoed(5)],
        [5, withdrawn],
      ],
      'no veto in force',
    ],
    [
      'retiring before the deadline',
      [
        [1, announced()],
        [999, retiring(1)],
      ],
      'the deadline is',
    ],
    [
      'retiring under a veto',
      [
        [1, announced()],
        [2, vetoed(1001)],
        [1000, retiring(2)],
      ],
      'has a veto until',
    ],
    [
      'retiring after a veto that it did not see',
      [
        [1, announced()],
        [2, vetoed(500)],
        [1000, retiring(1)],
      ],
      'expected revision 1',
    ],
    [
      'retiring while a group is bound to it',
      [
        [1, announced()],
        [2, registered],
        [1000, retiring(1)],
      ],
      'is bound to v1',
    ],
    [
      'retiring while a group is bound away only later',
      [
        [1, announced()],
        [2, registered],
        ...bindTo(v2, 5000, 1).map((entry, i): Row => [3 + i, entry]),
        [1000, retiring(1)],
      ],
      'only from',
    ],
    [
      'retiring while a way back is proposed',
      [[1, announced()], ...bound, [200, bindTo(v1, 5000, 4)[0]], [1000, retiring(1)]],
      'is proposed',
    ],
    [
      'retiring without a safe verdict',
      [
        [1, announced()],
        [1000, retiring(1, { certificate: certificate('stop', 'unknown') })],
      ],
      'says unknown',
    ],
    [
      'retiring with a verdict about something else',
      [
        [1, announced()],
        [1000, retiring(1, { certificate: certificate('final') })],
      ],
      'something else',
    ],
    [
      'retiring with a changed certificate',
      [
        [1, announced()],
        [1000, retiring(1, { certificate: { ...certificate('stop'), by: 'other' } })],
      ],
      'digest',
    ],
    ['retiring twice', [...toRetiring, [1001, retiring(2)]], 'retiring already'],
    [
      'an acknowledgement before',
      [
        [1, announced()],
        [2, acknowledged('a')],
      ],
      'not retiring',
    ],
    ['an acknowledgement of another attempt', [...toRetiring, [1001, acknowledged('a', 2)]], 'attempt 2'],
    [
      'an acknowledgement again',
      [...toRetiring, [1001, acknowledged('a')], [1002, acknowledged('a')]],
      'acknowledged already',
    ],
    ['giving up at another revision', [...toRetiring, [1001, givenUp(1)]], 'expected revision 1'],
    [
      'giving up when all have acknowledged',
      [...toRefused.slice(0, -1), [1003, givenUp(2)]],
      'every listed publisher',
    ],
    [
      'refusing writes while a publisher is silent',
      [...toRetiring, [1001, acknowledged('a')], [1002, refused]],
      'no acknowledgement from b',
    ],
    ['refusing writes twice', [...toRefused, [1004, refused]], 'not retiring'],
    ['an end while writes are taken', [...toRefused.slice(0, -1), [1003, final()]], 'not refused'],
    [
      'an end without a safe verdict',
      [...toRefused, [1004, final({ certificate: certificate('final', 'unknown') })]],
      'says unknown',
    ],
    ['a second end', [...toFinal, [1005, final({ ends: [9, 9] })]], 'retired already'],
    ['a drop before the end', [...bound, ...toRefused, [1004, dropped()]], 'not retired'],
    ['a drop of a group that nobody registered', [...toFinal, [1005, dropped()]], 'not registered'],
    [
      'a drop without a safe verdict',
      [...bound, ...toFinal, [1005, dropped({ certificate: certificate('drop', 'unknown', group) })]],
      'says unknown',
    ],
    [
      'a drop with the verdict of another group',
      [...bound, ...toFinal, [1005, dropped({ certificate: certificate('drop', 'safe', 'other') })]],
      'something else',
    ],
    ['a second drop', [...bound, ...toFinal, [1005, dropped()], [1006, dropped()]], 'dropped v1 already'],
    [
      'a second allowance',
      [
        [1, announced()],
        [2, { kind: 'deprecated-allowed', ...about, group }],
        [3, { kind: 'deprecated-allowed', ...about, group }],
      ],
      'allowed to read it already',
    ],
  ] as [string, Row[], string][])('%s is void, and changes nothing', (_, rows, because) => {
    const before = fold(...rows.slice(0, -1));
    const after = fold(...rows);
    expect(lastVerdict(after)).toEqual(voided(because));
    expect({ ...eventTypeState(after, eventType), history: [] }).toEqual({
      ...eventTypeState(before, eventType),
      history: [],
    });
    expect(after.groups).toEqual(before.groups);
  });

  it('can be begun anew after it was given up; answers to the first attempt do not count', () => {
    const state = fold(
      ...toRetiring,
      [1001, acknowledged('a')],
      [1002, givenUp(2)],
      [1003, retiring(3)],
      [1004, acknowledged('a', 1)],
    );
    expect(lastVerdict(state)).toEqual(voided('answers attempt 1'));
    expect(own(state)).toMatchObject({
      attempts: 2,
      phase: { kind: 'retiring', retirement: { acknowledged: new Map() } },
    });
  });

  it('lets a group drop early on a verdict that is not safe, which then does not keep it', () => {
    const early = dropped({ early: true, certificate: certificate('drop', 'unknown', group) });
    const state = fold([1, announced()], [2, registered], [3, early], [1000, retiring(2)]);
    expect(state.voids).toBe(0);
    expect(own(state)).toMatchObject({ phase: { kind: 'retiring' } });
  });
});

describe('three versions with overlapping windows', () => {
  const ofV2 = certify({
    about: { question: 'stop', eventType, version: v2 },
    verdict: 'safe',
    evidence: [],
    by: 'script',
    at: 1,
  });
  const retiringV2 = (expectedRevision: number): UnsignedEntry => ({
    kind: 'retiring',
    eventType,
    version: v2,
    publishers: [],
    certificate: ofV2,
    expectedRevision,
  });
  const both: Row[] = [
    [1, announced()],
    [1, announced({ from: v2, to: v3, expectedRevision: 1 })],
  ];

  it('retire in any order once their groups are past them', () => {
    const state = fold(
      ...both,
      [2, registered],
      ...bindTo(v3, 100, 1).map((entry, i): Row => [3 + i, entry]),
      [1000, retiringV2(2)],
      [1001, retiring(3)],
    );
    expect(state.voids).toBe(0);
  });

  it('do not take a group that is bound to a version that is over for past the next', () => {
    const early = dropped({ early: true, certificate: certificate('drop', 'unknown', group) });
    const state = fold(...both, [2, registered], [3, early], [1000, retiring(3)], [1001, retiringV2(4)]);
    expect(lastVerdict(state)).toEqual(voided('bound to v1, which is over'));
  });
});

describe('a version that retires', () => {
  it('takes no binding any more, and the timeline stays as it was', () => {
    const rows: Row[] = [[1, announced()], ...bound, [1000, retiring(1)]];
    const state = fold(...rows, [1001, bindTo(v1, 5000, 4)[0] as UnsignedEntry]);
    expect(own(state)?.phase.kind).toBe('retiring');
    const after = groupState(state, group, eventType);
    expect(after.history.at(-1)?.verdict).toEqual(voided('v1 is retiring'));
    expect(after.open).toBeUndefined();
  });

  it('is no default of a new group', () => {
    const state = fold(...toFinal, [1005, registered]);
    expect(groupState(state, group, eventType).registration).toBeUndefined();
  });

  it('can not be bound to by a group that dropped it, nor confirmed', () => {
    const early = dropped({ early: true, certificate: certificate('drop', 'unknown', group) });
    const [propose, list, confirm] = bindTo(v1, 500, 4) as [UnsignedEntry, UnsignedEntry, UnsignedEntry];
    const state = fold([1, announced()], ...bound, [200, propose], [201, list], [202, early], [203, confirm]);
    expect(groupState(state, group, eventType).history.at(-1)?.verdict).toEqual(voided('has dropped v1'));
    expect(groupState(state, group, eventType).timeline).toHaveLength(2);
  });
});

describe('a command', () => {
  it('has one receiver', () => {
    const receiver = { ...registered, eventKind: 'command' } as UnsignedEntry;
    const state = fold([1, receiver], [2, { ...receiver, group: 'other' } as UnsignedEntry]);
    expect(groupState(state, 'other', eventType)).toMatchObject({
      registration: undefined,
      timeline: undefined,
    });
  });
});
