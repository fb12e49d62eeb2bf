import { createColors } from 'picocolors';
import type { FaultLine, Violation } from '../audit/types';
import { countsOf, faults, partsOf } from '../plan/levels';
import type { PartResult } from '../run/play-part';
import { doneOf, skippedOf } from '../stage/fault-log';
import { renderSummary } from './render';
import { exitOf, summaryOf } from './summary';

const wanted = countsOf('pr', 'consumer-kill');

const resultWith = (
  done: number,
  violations: readonly Violation[] = [],
  skipped = {},
  edges: PartResult['audit']['edges'] = undefined,
): PartResult => ({
  part: 1,
  seed: 1,
  audit: {
    violations,
    published: 10,
    handled: 20,
    redelivered: 1,
    changeovers: 3,
    holds: 2,
    recovery: [5, 1, 9],
    growth: [],
    ...(edges === undefined ? {} : { edges }),
  },
  done: { ...doneOf([]), 'consumer-kill': done, 'bind-live': 3, 'malformed-payload': 100 },
  skipped,
  surprises: [],
});

const lost: Violation = { class: 'lost', check: 'stored-is-handled', text: 'g: e1 was not handled' };

const render = (result: PartResult): readonly string[] =>
  renderSummary(summaryOf([result], wanted), createColors(false))
    .trimEnd()
    .split('\n');

describe('the report of a run', () => {
  it('ends with the sum; neither binds nor malformed records are faults', () => {
    expect(render(resultWith(10)).at(-1)).toBe(
      '3 changeovers, 10 faults, 0 lost, 0 doubled, 0 torn, 0 out of order, 0 stuck',
    );
  });

  it('names each violation before the sum', () => {
    const lines = render(resultWith(10, [lost]));
    expect(lines.at(-2)).toBe('part 1: stored-is-handled: g: e1 was not handled');
    expect(lines.at(-1)).toContain('1 lost');
  });

  it('says what was skipped, and why', () => {
    expect(render(resultWith(0, [], { 'consumer-kill': 'no processes here' })).join('\n')).toMatch(
      /consumer-kill +10 +0 {2}skipped: no processes here/,
    );
  });

  it('adds up what outbox and inboxes did', () => {
    const effects = { taken: 20, lost: 1, doubled: 2, outOfOrder: 3 };
    const part = resultWith(10, [], {}, { committed: 10, rolledBack: 2, repeated: 1, effects });
    const lines = renderSummary(summaryOf([part, part], wanted), createColors(false)).split('\n');
    expect(lines).toContain(
      'outbox: 20 rows committed, 4 rolled back on purpose, 2 published more than once',
    );
    expect(lines).toContain('inbox: 40 effects, 2 effects lost, 4 doubled, 6 out of order');
  });

  it('says by name that outbox and inbox were skipped, and why', () => {
    const lines = render(resultWith(10, [], { 'relay-kill': 'no PostgreSQL here' }));
    expect(lines).toContain('outbox and inbox: skipped: no PostgreSQL here');
  });

  it('tells how long recovery took', () => {
    expect(render(resultWith(10)).join('\n')).toContain('median 5 ms, p99 9 ms, max 9 ms (3 samples)');
  });
});

describe('the exit code', () => {
  it.each([
    ['0 where all is well', resultWith(10), 0],
    ['1 where a promise was broken', resultWith(10, [lost]), 1],
    ['2 where faults are missing without a reason', resultWith(9), 2],
    ['0 where they are missing for a reason', resultWith(9, [], { 'consumer-kill': 'so' }), 0],
  ] as const)('is %s', (_, result, code) => {
    expect(exitOf(summaryOf([result], wanted))).toBe(code);
  });

  it('is 0 where parts are still to be played', () => {
    const all = countsOf('pr');
    expect(partsOf(all).one).toBeGreaterThan(1);
    expect(exitOf(summaryOf([resultWith(1)], all))).toBe(0);
  });
});

describe('the log of faults', () => {
  const line = (fault: string, outcome: FaultLine['outcome'], times = 1): FaultLine => ({
    ...{ fault, outcome, times, target: '', from: 0, healed: 0, note: `${outcome} indeed` },
  });

  it('counts what was done, by how many it counts for, and nothing that was missed', () => {
    const done = doneOf([
      line('consumer-kill', 'done'),
      line('consumer-kill', 'missed'),
      line('malformed-headers', 'done', 250),
      line('quiet', 'done'),
    ]);
    expect(done).toEqual({
      ...Object.fromEntries(faults.map((fault) => [fault, 0])),
      ...{ 'consumer-kill': 1, 'malformed-headers': 250 },
    });
  });

  it('keeps why something was skipped', () => {
    expect(skippedOf([line('disk-full', 'skipped'), line('network', 'missed')])).toEqual({
      'disk-full': 'skipped indeed',
    });
  });
});
