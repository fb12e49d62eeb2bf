import { decidables, decideAll, rule, timelineOf } from './rule';

const figures = (values: Readonly<Record<string, number>>) => new Map([['baton', values]]);
const verdicts = (values: Readonly<Record<string, number>>) =>
  rule.targets.map((target) => target.met(figures(values)));

describe('the row of the rule', () => {
  it('makes timelines with as many bindings as it says', () => {
    expect(timelineOf(10)).toHaveLength(11);
  });

  it('decides that one message of every pair of twins counts', () => {
    const both = decidables(800, 10).filter(({ published }) => published.length === 2);
    expect(decideAll(timelineOf(10), both, both.length * 2)).toBe(both.length);
  });

  it('spreads its events over the whole timeline', () => {
    const instants = decidables(4_096, 1_000).map(({ createdAt }) => createdAt / 3_600_000);
    expect(new Set(instants.map(Math.floor)).size).toBeGreaterThan(900);
  });

  it('is reached under 100 ns without growth, and not otherwise', () => {
    expect(verdicts({ 'decision-1': 20, 'decision-10': 30, 'decision-1000': 60 })).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(verdicts({ 'decision-1': 10, 'decision-10': 30, 'decision-1000': 160 })).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(verdicts({})).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('measures every timeline', async () => {
    const found = await rule.run('baton', { size: 'quick', env: {}, round: 1 });
    expect(Object.keys(found)).toEqual(rule.measures.map(({ name }) => name));
    for (const nanos of Object.values(found)) expect(nanos).toBeGreaterThan(0);
  });
});
