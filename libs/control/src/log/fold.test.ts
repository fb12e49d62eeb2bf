import { beginningOfTime, version } from '@baton/core';
import fc from 'fast-check';
import {
  type ControlState,
  emptyState,
  foldEntries,
  type GroupState,
  groupState,
  type LoggedEntry,
  outcomeOf,
  type Signature,
  sign,
  type UnsignedEntry,
} from '../index';

const eventType = 'lending.BooksBorrowed';
const group = 'reminders';
const v1 = version(1);
const v2 = version(2);
const since = 1000;
const lead = 100;
const decideBy = 1200;
const script: Signature = { by: 'script', reason: 'test' };

const registered: UnsignedEntry = {
  kind: 'group-registered',
  group,
  eventType,
  defaultVersion: v1,
  handles: [v1, v2],
};
type Proposed = Extract<UnsignedEntry, { kind: 'binding-proposed' }>;
const proposed = (change: Partial<Proposed> = {}): Proposed => ({
  kind: 'binding-proposed',
  proposal: 'p1',
  group,
  eventType,
  version: v2,
  since,
  decideBy,
  lead,
  expectedRevision: 1,
  ...change,
});
const listed = (members: string[], proposal = 'p1'): UnsignedEntry => ({
  kind: 'binding-listed',
  proposal,
  members,
});
const acknowledged = (member: string, proposal = 'p1'): UnsignedEntry => ({
  kind: 'binding-acknowledged',
  proposal,
  member,
});
const refused = (member: string): UnsignedEntry => ({
  kind: 'binding-refused',
  proposal: 'p1',
  member,
  because: 'past the instant',
});
const confirmed = (proposal = 'p1'): UnsignedEntry => ({ kind: 'binding-confirmed', proposal });
const withdrawn = (proposal = 'p1'): UnsignedEntry => ({
  kind: 'binding-withdrawn',
  proposal,
  because: 'test',
});

/** `[when, what, who]` as a log. */
type Row = readonly [at: number, entry: UnsignedEntry, by?: string];
const logOf = (rows: readonly Row[]): LoggedEntry[] =>
  rows.map(([at, entry, by = 'script'], offset) => ({ offset, at, value: sign(entry, { ...script, by }) }));
const fold = (...rows: Row[]): GroupState => groupState(foldEntries(logOf(rows)), group, eventType);
const lastVerdict = (state: GroupState) => state.history.at(-1)?.verdict;
const voided = (because: string) => ({ kind: 'void', because: expect.stringContaining(because) });
const unbound = [{ since: beginningOfTime, version: 1 }];
const bound = [...unbound, { since, version: 2 }];

describe('a registration', () => {
  it('fixes the default timeline; a second one is void', () => {
    const state = fold([1, registered], [2, { ...registered, defaultVersion: v2 }]);
    expect(state).toMatchObject({
      timeline: unbound,
      revision: 1,
      registration: { defaultVersion: 1, at: 1 },
    });
    expect(lastVerdict(state)).toEqual(voided('registered already'));
  });
});

describe('a proposal', () => {
  it('is open once it is logged more than its lead before its instant', () => {
    const state = fold([1, registered], [899, proposed()]);
    expect(state).toMatchObject({ open: { id: 'p1', since, version: 2, listed: undefined }, revision: 2 });
  });

  it.each([
    [
      'is void exactly its lead before its instant',
      [
        [1, registered],
        [900, proposed()],
      ],
      'too late',
    ],
    ['is void of a group that is not registered', [[1, proposed({ expectedRevision: 0 })]], 'not registered'],
    [
      'is void at another revision',
      [
        [1, registered],
        [2, proposed({ expectedRevision: 0 })],
      ],
      'expected revision 0',
    ],
    [
      'is void while another one is open',
      [
        [1, registered],
        [2, proposed()],
        [3, proposed({ proposal: 'p2', expectedRevision: 2 })],
      ],
      'p1 is open',
    ],
    [
      'is void if its id was taken, in another group too',
      [
        [1, { ...registered, group: 'other' }],
        [2, proposed({ group: 'other' })],
        [3, registered],
        [4, proposed()],
      ],
      'id is taken',
    ],
    [
      'is void unless it is later than the last binding',
      [
        [1, registered],
        [2, proposed()],
        [3, listed([])],
        [4, confirmed()],
        [5, proposed({ proposal: 'p2', expectedRevision: 4, version: v1 })],
      ],
      'not after the last binding',
    ],
  ] as [string, Row[], string][])('%s', (_, rows, because) => {
    const before = fold(...rows.slice(0, -1));
    const after = fold(...rows);
    expect(lastVerdict(after)).toEqual(voided(because));
    expect({ ...after, history: [] }).toEqual({ ...before, history: [] });
  });

  it('past its deadline stays open until it is withdrawn', () => {
    const rows: Row[] = [
      [1, registered],
      [2, proposed()],
      [decideBy + 1000, acknowledged('m1')],
    ];
    expect(fold(...rows).open?.id).toBe('p1');
    expect(fold(...rows, [decideBy + 1001, withdrawn(), 'anybody']).open).toBeUndefined();
  });
});

describe('a list of members', () => {
  it('closes the proposal when it comes its lead before the instant or later', () => {
    const state = fold([1, registered], [2, proposed()], [900, listed([])], [901, confirmed()]);
    expect(outcomeOf(state, 'p1')).toMatchObject({ outcome: 'withdrawn', decidedAt: 900 });
    expect(state.timeline).toEqual(unbound);
    expect(lastVerdict(state)).toEqual(voided('is withdrawn'));
  });

  it('counts once', () => {
    const state = fold([1, registered], [2, proposed()], [3, listed(['m1', 'm1'])], [4, listed([])]);
    expect(state.open?.listed).toEqual(['m1']);
    expect(lastVerdict(state)).toEqual(voided('listed already'));
  });
});

describe('a confirmation', () => {
  const open: Row[] = [
    [1, registered],
    [2, proposed()],
  ];

  it('binds when every listed member has acknowledged, before the list or after it', () => {
    const state = fold(
      ...open,
      [3, acknowledged('m1')],
      [4, listed(['m1', 'm2'])],
      [5, acknowledged('m2')],
      [decideBy, confirmed()],
    );
    expect(state).toMatchObject({ timeline: bound, open: undefined, revision: 4 });
    expect(outcomeOf(state, 'p1')).toMatchObject({ outcome: 'confirmed', decidedAt: decideBy });
  });

  it.each([
    ['before the members are listed', [], 'not listed'],
    [
      'while a listed member is silent',
      [
        [3, listed(['m1', 'm2'])],
        [4, acknowledged('m1')],
      ],
      'no answer from m2',
    ],
    [
      'when a listed member refused',
      [
        [3, listed(['m1'])],
        [4, refused('m1')],
      ],
      'm1 refused',
    ],
    [
      'when a member refused that is not listed',
      [
        [3, refused('m2')],
        [4, listed([])],
      ],
      'm2 refused',
    ],
    [
      'when a member refused and acknowledged later',
      [
        [3, listed(['m1'])],
        [4, refused('m1')],
        [5, acknowledged('m1')],
      ],
      'm1 refused',
    ],
    [
      'when a member acknowledged and refused later',
      [
        [3, listed(['m1'])],
        [4, acknowledged('m1')],
        [5, refused('m1')],
      ],
      'm1 refused',
    ],
    [
      'after the proposal was withdrawn',
      [
        [3, listed([])],
        [4, withdrawn()],
      ],
      'is withdrawn',
    ],
    [
      'after it was confirmed',
      [
        [3, listed([])],
        [4, confirmed()],
      ],
      'is confirmed',
    ],
  ] as [string, Row[], string][])('is void %s', (_, rows, because) => {
    const state = fold(...open, ...rows, [10, confirmed()]);
    expect(lastVerdict(state)).toEqual(voided(because));
    expect(state.timeline).toEqual(because === 'is confirmed' ? bound : unbound);
  });

  it('is void after the deadline', () => {
    const state = fold(...open, [3, listed([])], [decideBy + 1, confirmed()]);
    expect(lastVerdict(state)).toEqual(voided('too late'));
    expect(state.open?.id).toBe('p1');
  });
});

describe('a withdrawal', () => {
  it('is for the proposer at any time, and for everybody after the deadline', () => {
    const open: Row[] = [
      [1, registered],
      [2, proposed()],
    ];
    expect(fold(...open, [3, withdrawn()]).open).toBeUndefined();
    expect(lastVerdict(fold(...open, [decideBy, withdrawn(), 'other']))).toEqual(
      voided('only script may withdraw'),
    );
    expect(fold(...open, [decideBy + 1, withdrawn(), 'other']).open).toBeUndefined();
  });

  it('never follows a confirmation', () => {
    const state = fold([1, registered], [2, proposed()], [3, listed([])], [4, confirmed()], [5, withdrawn()]);
    expect(state.timeline).toEqual(bound);
    expect(lastVerdict(state)).toEqual(voided('is confirmed'));
  });
});

describe('requests and answers', () => {
  it('leave the revision alone', () => {
    const request: UnsignedEntry = { kind: 'binding-requested', group, eventType, version: v2 };
    const state = fold([1, registered], [2, request], [3, proposed()], [4, request], [5, acknowledged('m1')]);
    expect(state).toMatchObject({ revision: 2, open: { id: 'p1' } });
  });
});

describe('entries that nobody can read', () => {
  it.each([
    ['no JSON', undefined, 'malformed'],
    ['a number', 7, 'malformed'],
    ['a kind of the future', { kind: 'revived', schemaVersion: 1 }, 'unknown'],
    ['a form of the future', { ...sign(registered, script), schemaVersion: 2 }, 'unknown'],
    ['a version below 1', sign({ ...registered, defaultVersion: 0 as typeof v1 }, script), 'malformed'],
    ['an instant beyond all dates', sign(proposed({ since: 9e15 }), script), 'malformed'],
    ['a proposal never made', sign(confirmed('none'), script), 'no-such-proposal'],
  ])('are void and counted: %s', (_, value, kind) => {
    const state = foldEntries([{ offset: 0, at: 1, value }]);
    expect(state).toMatchObject({ entries: 1, voids: 1, strays: [{ offset: 0, kind }] });
    expect(state.groups.size).toBe(0);
  });
});

describe('publishers', () => {
  it('are known by their newest word', () => {
    const entry: UnsignedEntry = {
      kind: 'publisher-registered',
      publisher: 'lending',
      eventType,
      versions: [v1],
    };
    const state = foldEntries(
      logOf([
        [1, entry],
        [2, { ...entry, versions: [v1, v2] }],
      ]),
    );
    expect([...state.publishers.values()]).toEqual([
      { publisher: 'lending', eventType, versions: [1, 2], at: 2 },
    ]);
  });
});

describe('any log', () => {
  const groups = ['reminders', 'statistics'];
  const id = fc.constantFrom('p1', 'p2', 'p3');
  const member = fc.constantFrom('m1', 'm2');
  const row = fc.record({ step: fc.integer({ min: 0, max: 30 }), by: fc.constantFrom('a', 'b') });
  const anyGroup = fc.constantFrom(...groups);
  const entry: fc.Arbitrary<UnsignedEntry | undefined> = fc.oneof(
    { weight: 2, arbitrary: anyGroup.map((g) => ({ ...registered, group: g })) },
    {
      weight: 6,
      arbitrary: fc
        .record({
          proposal: id,
          group: anyGroup,
          version: fc.constantFrom(v1, v2),
          since: fc.integer({ min: 0, max: 2000 }),
          wait: fc.integer({ min: 0, max: 300 }),
          lead: fc.constantFrom(0, 20, 100),
          expectedRevision: fc.integer({ min: 0, max: 6 }),
        })
        .map(({ wait, ...rest }) => proposed({ ...rest, decideBy: rest.since + wait })),
    },
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.constantFrom<string[]>([], ['m1'], ['m1', 'm2']), id)
        .map(([members, p]) => listed(members, p)),
    },
    { weight: 5, arbitrary: fc.tuple(member, id).map(([m, p]) => acknowledged(m, p)) },
    { weight: 1, arbitrary: member.map((m) => refused(m)) },
    { weight: 4, arbitrary: id.map((p) => confirmed(p)) },
    { weight: 2, arbitrary: id.map((p) => withdrawn(p)) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );

  /** A random log whose proposals mostly expect the right revision, so that some are confirmed. */
  const anyLog = fc
    .array(fc.tuple(row, entry, fc.constantFrom(true, true, true, false)), {
      minLength: 1,
      maxLength: 60,
      size: 'max',
    })
    .map((steps): LoggedEntry[] => {
      const log: LoggedEntry[] = [];
      let state: ControlState = emptyState;
      let at = 0;
      for (const [{ step, by }, made, mended] of steps) {
        at += step;
        const one: LoggedEntry = {
          offset: log.length,
          at,
          value: loggedValue(state, { made, mended, at, by }),
        };
        log.push(one);
        state = foldEntries([one], state);
      }
      return log;
    });

  const loggedValue = (
    state: ControlState,
    { made, mended, at, by }: { made: UnsignedEntry | undefined; mended: boolean; at: number; by: string },
  ): unknown => {
    if (made === undefined) return { kind: 'later', schemaVersion: 1 };
    return sign(mended ? mend(state, made, at) : made, { by, reason: '' });
  };

  /** Makes an entry fit what is open at the moment; it can still be too early, too late or of the wrong member. */
  const mend = (state: ControlState, made: UnsignedEntry, at: number): UnsignedEntry => {
    if (made.kind === 'binding-proposed') {
      const mendedSince = at + made.lead + 1 + (made.since % 300);
      const { revision } = groupState(state, made.group, eventType);
      const fresh = `p${state.entries}`;
      return {
        ...made,
        proposal: fresh,
        since: mendedSince,
        decideBy: mendedSince + 150,
        expectedRevision: revision,
      };
    }
    const open = [...state.groups.values()].flatMap((one) => (one.open === undefined ? [] : [one.open.id]));
    return 'proposal' in made ? { ...made, proposal: open.at(-1) ?? made.proposal } : made;
  };

  const withoutHistory = (state: GroupState) => ({ ...state, history: undefined });

  it('folds to the same state from any point that a reader starts again at', () => {
    fc.assert(
      fc.property(anyLog, fc.nat(), (log, n) => {
        const cut = n % (log.length + 1);
        expect(foldEntries(log.slice(cut), foldEntries(log.slice(0, cut)))).toEqual(foldEntries(log));
      }),
      { numRuns: 200 },
    );
  });

  it('only ever adds later segments to timelines, and void entries change nothing but the history', () => {
    let confirmations = 0;
    fc.assert(
      fc.property(anyLog, (log) => {
        let state: ControlState = emptyState;
        for (const logged of log) {
          const next = foldEntries([logged], state);
          for (const name of groups) {
            const was = groupState(state, name, eventType);
            const now = groupState(next, name, eventType);
            expect(now.timeline?.slice(0, was.timeline?.length ?? 0) ?? []).toEqual(was.timeline ?? []);
            const line = now.timeline ?? [];
            for (const [i, segment] of line.entries()) {
              if (i > 0)
                expect(segment.since).toBeGreaterThan(line[i - 1]?.since ?? Number.POSITIVE_INFINITY);
            }
            expect(now.revision - was.revision).toBeGreaterThanOrEqual(0);
            if (now.history.length > was.history.length && lastVerdict(now)?.kind === 'void') {
              expect(withoutHistory(now)).toEqual(withoutHistory(was));
            }
            if (line.length > (was.timeline?.length ?? 0) && was.timeline !== undefined) confirmations += 1;
          }
          state = next;
        }
      }),
      { numRuns: 300 },
    );
    expect(confirmations).toBeGreaterThan(10);
  });

  it('confirms only what every listed member acknowledged, listed and decided in time', () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        const state = foldEntries(log);
        for (const { decided, history } of state.groups.values()) {
          for (const proposal of decided.filter(({ outcome }) => outcome === 'confirmed')) {
            const list = history.find(
              ({ entry: e, verdict }) =>
                e.kind === 'binding-listed' && e.proposal === proposal.id && verdict.kind === 'valid',
            );
            expect(list?.at).toBeLessThan(proposal.since - proposal.lead);
            expect(proposal.proposedAt).toBeLessThan(proposal.since - proposal.lead);
            expect(proposal.decidedAt).toBeLessThanOrEqual(proposal.decideBy);
            for (const id of proposal.listed ?? ['nobody']) {
              expect(proposal.answers.get(id)?.kind).toBe('acknowledged');
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
