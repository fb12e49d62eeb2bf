import { assertBehind, largePlan, memory, smallPlan } from './memory';

const verdicts = (growth: number, rss: number) =>
  memory.targets.map((target) =>
    target.met(
      new Map([
        ['baton', { growth, peakRss: rss }],
        ['kafkajs', { growth: 0, peakRss: 100 }],
        ['baton, 500 kB messages', { growth, peakRss: rss }],
      ]),
    ),
  );

describe('the row of the memory', () => {
  it('is reached if what is held does not grow, and not otherwise', () => {
    expect(verdicts(5, 150)).toEqual([true, true, true]);
    expect(verdicts(-5, 150)).toEqual([true, true, true]);
    expect(verdicts(300, 250)).toEqual([false, false, false]);
  });

  it('counts only a consumer that handled something and stayed behind', () => {
    expect(() => assertBehind(10, 100)).not.toThrow();
    expect(() => assertBehind(0, 100)).toThrow('got none');
    expect(() => assertBehind(100, 100)).toThrow('stay behind');
  });

  it('puts a million messages before the handler, or large ones that differ', () => {
    expect(smallPlan('full').events).toBe(1_000_000);
    const { data } = largePlan('full');
    expect(data?.(1).note).toHaveLength(500_000);
    expect(data?.(1).note).not.toBe(data?.(2).note);
  });
});
