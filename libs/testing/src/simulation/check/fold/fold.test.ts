import { applyEntry, certify, emptyState, eventTypeState, groupState } from '@baton/control';
import { eventType } from '../make-history';
import { foldEntry } from './fold';
import { emptyFold } from './state';

type Fields = Readonly<Record<string, unknown>>;

/** Small numbers in a row that depend on nothing but the seed. */
const numbersOf = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

const kinds = [
  ...['group-registered', 'binding-proposed', 'binding-proposed', 'binding-proposed', 'binding-listed'],
  ...['binding-acknowledged', 'binding-acknowledged', 'binding-refused', 'binding-confirmed'],
  ...['binding-confirmed', 'binding-withdrawn', 'announced', 'deadline-moved', 'vetoed', 'veto-withdrawn'],
  ...['deprecated-allowed', 'retiring', 'retiring', 'retiring-acknowledged', 'retiring-withdrawn'],
  ...['writes-refused', 'final', 'dropped', 'publisher-registered', 'nonsense'],
];

const questions: Readonly<Record<string, 'stop' | 'final' | 'drop'>> = {
  retiring: 'stop',
  final: 'final',
  dropped: 'drop',
};

/** An entry that may well count: its numbers are near those of the state, its names few. */
const entryOf = (draw: (below: number) => number, at: number, state: typeof emptyState): Fields => {
  const kind = kinds[draw(kinds.length)] ?? '';
  const group = `g${draw(2)}`;
  const version = 1 + draw(2);
  const open = [...state.groups.values()].flatMap((one) => (one.open === undefined ? [] : [one.open.id]));
  const isBinding = kind === 'binding-proposed';
  const revision = isBinding
    ? groupState(state, group, eventType).revision
    : eventTypeState(state, eventType).revision;
  const since = at + 5 + draw(20);
  const question = questions[kind];
  const about = question === undefined ? {} : { question, eventType, version };
  return {
    schemaVersion: draw(40) === 0 ? 2 : 1,
    by: `s${draw(2)}`,
    reason: 'test',
    kind,
    eventType,
    ...(['publisher-registered', 'retiring', 'final'].includes(kind) ? {} : { group }),
    version: draw(40) === 0 ? 0 : version,
    ...(kind === 'announced' ? { from: 1, to: 2 } : {}),
    defaultVersion: version,
    handles: [1, 2],
    versions: [1],
    proposal: isBinding ? `b${draw(1_000)}` : (open[draw(open.length)] ?? 'b0'),
    since,
    decideBy: since + 10,
    lead: draw(8),
    expectedRevision: revision + (draw(8) === 0 ? 1 : 0),
    members: Array.from({ length: draw(3) }, (_, i) => `m${i}`),
    member: `m${draw(2)}`,
    because: 'test',
    deadline: at + draw(12),
    until: at + draw(6),
    ...(draw(3) === 0 ? { vetoUntil: at + draw(8) } : {}),
    publishers: Array.from({ length: draw(3) }, (_, i) => `p${i}`),
    publisher: `p${draw(2)}`,
    attempt: 1 + draw(2),
    how: 'acl',
    ends: [3],
    early: draw(4) === 0,
    ...(question === undefined ? {} : { certificate: certificateOf(draw, { about, group, kind }) }),
  };
};

const certificateOf = (
  draw: (below: number) => number,
  { about, group, kind }: { about: Fields; group: string; kind: string },
): Fields => {
  const whose = kind === 'dropped' ? { ...about, group } : about;
  const content = { about: whose, verdict: draw(6) === 0 ? 'unknown' : 'safe', evidence: [], by: 's', at: 1 };
  const whole = certify(content as unknown as Parameters<typeof certify>[0]);
  return draw(12) === 0 ? { ...whole, at: 2 } : whole;
};

describe('the fold of the checker', () => {
  it('comes to the same timelines, proposals and retirements as the code, over random logs', () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 60; seed += 1) {
      const draw = numbersOf(seed);
      const own = emptyFold();
      let theirs = emptyState;
      let at = 1_000;
      for (let offset = 0; offset < 100; offset += 1) {
        at += draw(4);
        const value = entryOf(draw, at, theirs);
        theirs = applyEntry(theirs, { offset, at, value });
        const effect = foldEntry(own, value, { offset, at, step: offset, process: 's' });
        if (effect.kind !== 'void') seen.add(String(value.kind));
        const [got, expected] = [summaryOfOwn(own), summaryOfTheirs(theirs)];
        if (JSON.stringify(got) === JSON.stringify(expected)) continue;
        expect({ seed, offset, kind: value.kind, ...got }).toEqual({
          seed,
          offset,
          kind: value.kind,
          ...expected,
        });
      }
    }
    expect([...seen].sort()).toEqual([...new Set(kinds)].filter((kind) => kind !== 'nonsense').sort());
  });
});

const summaryOfOwn = (state: ReturnType<typeof emptyFold>): object => ({
  groups: [...(state.groups.get(eventType)?.values() ?? [])]
    .filter(({ timeline }) => timeline.length > 0)
    .map(({ group, timeline, revision, open }) => ({ group, timeline, revision, open: open?.id }))
    .sort((a, b) => (a.group < b.group ? -1 : 1)),
  deprecations: [...(state.types.get(eventType)?.deprecations.values() ?? [])].map(
    ({ version, phase, dropped, ends }) => ({
      version,
      phase,
      dropped: [...dropped].map(([group, { early }]) => [group, early]),
      ends,
    }),
  ),
  revision: state.types.get(eventType)?.revision ?? 0,
});

const summaryOfTheirs = (state: typeof emptyState): object => ({
  groups: [...state.groups.values()]
    .filter(({ timeline }) => timeline !== undefined)
    .map(({ group, timeline, revision, open }) => ({ group, timeline, revision, open: open?.id }))
    .sort((a, b) => (a.group < b.group ? -1 : 1)),
  deprecations: [...eventTypeState(state, eventType).deprecations.values()].map(
    ({ version, phase, dropped }) => ({
      version,
      phase: phase.kind,
      dropped: [...dropped].map(([group, { early }]) => [group, early]),
      ends: phase.kind === 'retired' ? phase.final.ends : undefined,
    }),
  ),
  revision: eventTypeState(state, eventType).revision,
});
