import {
  beginningOfTime,
  bind,
  defaultTimeline,
  type Instant,
  instantFromMillis,
  version,
} from '@baton/core';
import {
  type BindFacts,
  type BindRequest,
  decideBind,
  emptyState,
  type GroupState,
  groupState,
  nextBindStep,
  type PartitionEvidence,
  type Proposal,
} from '../index';

const eventType = 'lending.BooksBorrowed';
const group = 'reminders';
const [v1, v2, v3] = [version(1), version(2), version(3)];
const now = Date.UTC(2026, 10, 1);
const at = (ms: number): Instant => instantFromMillis(now + ms);
const timings = { leaseMs: 10_000, marginMs: 2000, listingMs: 3000, decisionMs: 10_000 };
const topic = (v: number): string => `${eventType}.v${v}`;

const facts = (change: Partial<BindFacts> = {}): BindFacts => ({
  brokerTime: now,
  brokerTimeFrom: 'log',
  timings,
  group: { group, state: 'Empty', members: [] },
  topics: [v1, v2].map((v) => ({ topic: topic(v), version: v, partitions: 2 })),
  partitions: [],
  publishers: [{ instance: 'lending-1', versions: [v1, v2], ageMs: 10 }],
  members: [{ instance: 'reminders-1', versions: [v1, v2], ageMs: 10 }],
  ...change,
});

const registered = (change: Partial<GroupState> = {}): GroupState => ({
  ...groupState(emptyState, group, eventType),
  registration: { defaultVersion: v1, handles: [v1], at: 0, by: 'a' },
  timeline: defaultTimeline(v1),
  revision: 1,
  ...change,
});

const request = (change: Partial<BindRequest> = {}) => ({
  group,
  eventType,
  version: v2,
  by: 'script',
  ...change,
});
const member = (memberId: string, topics?: readonly string[]) => ({
  memberId,
  clientId: 'reminders-1',
  host: 'h',
  ...(topics === undefined ? {} : { topics }),
});
const stable = (...members: ReturnType<typeof member>[]): BindFacts['group'] => ({
  group,
  state: 'Stable',
  members,
});

const refusalsOf = (state: GroupState, asked: Partial<BindRequest>, known: BindFacts): readonly string[] => {
  const decision = decideBind(state, request(asked), known);
  return decision.kind === 'refuse' ? decision.because.map(({ code }) => code) : [decision.kind];
};
const cautionsOf = (known: BindFacts): readonly string[] => {
  const decision = decideBind(registered(), request(), known);
  return decision.kind === 'propose' ? decision.cautions.map(({ code }) => code) : [decision.kind];
};

describe('deciding a request', () => {
  it('proposes the earliest valid instant: lead and listing budget after broker time', () => {
    expect(decideBind(registered(), request(), facts())).toMatchObject({
      kind: 'propose',
      proposal: { version: 2, since: at(15_000), decideBy: at(25_000), lead: 12_000, expectedRevision: 1 },
    });
  });

  it('proposes an instant after the last binding, even if that lies in the future', () => {
    const timeline = bind(defaultTimeline(v1), { since: at(50_000), version: v2 });
    const decision = decideBind(registered({ timeline, revision: 4 }), request({ version: v1 }), facts());
    expect(decision).toMatchObject({ kind: 'propose', proposal: { since: at(50_001), expectedRevision: 4 } });
  });

  it('finds a group bound already, since ever too', () => {
    const timeline = bind(defaultTimeline(v1), { since: at(-1000), version: v2 });
    const bound = registered({ timeline });
    expect(decideBind(bound, request(), facts())).toEqual({ kind: 'already-bound', since: at(-1000) });
    expect(decideBind(bound, request({ since: at(-1000) }), facts()).kind).toBe('already-bound');
    expect(decideBind(registered(), request({ version: v1 }), facts())).toEqual({
      kind: 'already-bound',
      since: beginningOfTime,
    });
    expect(refusalsOf(bound, { since: at(99_000) }, facts())).toEqual(['bound-otherwise']);
  });

  it.each([
    ['an instant that is too early', { since: at(14_999) }, {}, ['since-too-early']],
    ['a topic that does not exist', { version: v3 }, {}, ['topic-missing']],
    [
      'partition counts that differ',
      {},
      { topics: [v1, v2].map((v) => ({ topic: topic(v), version: v, partitions: v })) },
      ['topics-differ'],
    ],
    [
      'a group that cannot be described',
      {},
      { group: { group, state: 'Unknown', members: [] } },
      ['group-unreadable'],
    ],
    [
      'a live member without a handler',
      {},
      { group: stable(member('m1')), members: [{ instance: 'reminders-1', versions: [v1], ageMs: 1 }] },
      ['version-not-handled'],
    ],
    [
      'a live member that does not subscribe to the version',
      {},
      { group: stable(member('m1', [topic(1)]), member('m2', [topic(1), topic(2)])) },
      ['version-not-subscribed'],
    ],
    ['two reasons at once', { version: v3, since: at(0) }, {}, ['since-too-early', 'topic-missing']],
  ] as [string, Partial<BindRequest>, Partial<BindFacts>, string[]][])(
    'refuses %s',
    (_, asked, known, codes) => {
      expect(refusalsOf(registered(), asked, facts(known))).toEqual(codes);
    },
  );

  it('refuses a group without a registration', () => {
    expect(refusalsOf(groupState(emptyState, group, eventType), {}, facts())).toEqual([
      'group-not-registered',
    ]);
  });

  it('refuses an instant that the group has committed past, and no other', () => {
    const place = { topic: topic(2), version: v2, partition: 1, end: 9 };
    const passed = (committed: number | undefined, firstAtSince: number | undefined): PartitionEvidence[] => [
      { ...place, committed, firstAtSince },
    ];
    expect(refusalsOf(registered(), {}, facts({ partitions: passed(6, 5) }))).toEqual(['record-passed']);
    for (const partitions of [passed(5, 5), passed(undefined, 5), passed(6, undefined)]) {
      expect(refusalsOf(registered(), {}, facts({ partitions }))).toEqual(['propose']);
    }
  });

  it('does not mind what a killed instance handled, nor members the broker says nothing of', () => {
    const killed = { members: [{ instance: 'killed', versions: [v1], ageMs: 1 }] };
    for (const described of [facts().group, stable(member('m1'))]) {
      expect(refusalsOf(registered(), {}, facts({ ...killed, group: described }))).toEqual(['propose']);
    }
    expect(cautionsOf(facts({ ...killed, group: stable(member('m1')) }))).toEqual(['handlers-unknown']);
    expect(refusalsOf(registered(), {}, facts({ group: stable(member('m1'), member('m2', [])) }))).toEqual([
      'propose',
    ]);
  });

  it('cautions about what it does not know and about publishers without the version', () => {
    expect(cautionsOf(facts({ group: stable(member('m1')) }))).toEqual([]);
    expect(cautionsOf(facts())).toEqual(['handlers-unknown']);
    const onlyV1 = {
      publishers: [{ instance: 'lending-1', versions: [v1], ageMs: 1 }],
      group: stable(member('m1')),
    };
    expect(cautionsOf(facts(onlyV1))).toEqual(['version-not-published']);
    expect(cautionsOf(facts({ publishers: [], members: [] }))).toEqual([
      'handlers-unknown',
      'publishers-unknown',
    ]);
  });

  it('finishes an open proposal first, whatever is asked', () => {
    const state = registered({ open: proposal() });
    for (const wanted of [v1, v2]) {
      expect(decideBind(state, request({ version: wanted }), facts())).toMatchObject({
        kind: 'finish',
        proposal: { id: 'p1' },
        next: { kind: 'list' },
      });
    }
  });
});

const proposal = (change: Partial<Proposal> = {}): Proposal => ({
  id: 'p1',
  version: v2,
  since: at(15_000),
  decideBy: now + 25_000,
  lead: 12_000,
  proposedAt: now,
  by: 'script',
  listed: undefined,
  answers: new Map(),
  ...change,
});

describe('the next step of a proposal', () => {
  const acknowledged = { kind: 'acknowledged', at: now } as const;
  const refused = { kind: 'refused', at: now, because: 'past it' } as const;
  const evidence = { topic: topic(1), version: v1, partition: 0, committed: 6, end: 9, firstAtSince: 5 };
  const step = (change: Partial<Proposal>, known: Partial<Parameters<typeof nextBindStep>[2]> = {}) =>
    nextBindStep(registered({ open: proposal(change) }), 'p1', {
      by: 'script',
      brokerTime: now,
      present: ['m1', 'm2'],
      passed: [],
      ...known,
    });
  const late = { brokerTime: now + 25_001 };

  it('is to list the members, then to wait for them, then to confirm', () => {
    expect(step({})).toEqual({ kind: 'list' });
    expect(step({ listed: ['m1', 'm2'], answers: new Map([['m1', acknowledged]]) })).toEqual({
      kind: 'wait',
      silent: ['m2'],
    });
    expect(step({ listed: ['m1'], answers: new Map([['m1', acknowledged]]) })).toEqual({ kind: 'confirm' });
    expect(step({ listed: [] })).toEqual({ kind: 'confirm' });
  });

  it('is to confirm even if a member left after it had acknowledged', () => {
    expect(step({ listed: ['m9'], answers: new Map([['m9', acknowledged]]) })).toEqual({ kind: 'confirm' });
  });

  it.each([
    ['a member refused', { listed: ['m1'], answers: new Map([['m1', refused]]) }, {}, 'members-refused'],
    ['a listed member left unheard', { listed: ['m9'] }, {}, 'members-left'],
    ['the deadline has passed and a member is silent', { listed: ['m1'] }, late, 'members-silent'],
    ['the deadline has passed before anybody was listed', {}, late, 'deadline-passed'],
    ['the group is past the instant', { listed: [] }, { passed: [evidence] }, 'record-passed'],
  ] as [string, Partial<Proposal>, object, string][])('is to withdraw when %s', (_, change, known, code) => {
    expect(step(change, known)).toMatchObject({ kind: 'withdraw', because: { code } });
  });

  it('leaves the withdrawal to the proposer until the deadline', () => {
    const refusedOne = { listed: ['m1'], answers: new Map([['m1', refused]]) };
    expect(step(refusedOne, { by: 'other' })).toEqual({ kind: 'wait', silent: [] });
    expect(step(refusedOne, { by: 'other', ...late })).toMatchObject({ kind: 'withdraw' });
  });

  it('is over once the proposal is decided, and never began if it is void', () => {
    const decided = { ...proposal(), outcome: 'confirmed' as const, decidedAt: now, because: '' };
    const known = { by: 'script', brokerTime: now, present: [], passed: [] };
    expect(nextBindStep(registered({ decided: [decided] }), 'p1', known)).toEqual({
      kind: 'decided',
      proposal: decided,
    });
    expect(nextBindStep(registered(), 'p1', known)).toEqual({ kind: 'never-made' });
  });
});
