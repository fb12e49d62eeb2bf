import { eventTypesOf, linear, start } from './start';

const medians = (values: Readonly<Record<string, number>>) =>
  new Map(Object.entries(values).map(([name, again]) => [name, { again }]));

describe('the row of the start', () => {
  it('takes growth for linear up to its cause, with room for noise', () => {
    const growth = ['few', 'many', 10] as const;
    expect(linear(medians({ few: 10, many: 120 }), 'again', growth)).toBe(true);
    expect(linear(medians({ few: 10, many: 130 }), 'again', growth)).toBe(false);
    expect(linear(medians({ few: 10 }), 'again', growth)).toBeUndefined();
  });

  it('judges event types and partitions', () => {
    const verdicts = start.targets.map((target) =>
      target.met(
        medians({
          '100 event types': 100,
          '1,000 event types': 5_000,
          '60 partitions': 100,
          '600 partitions': 500,
        }),
      ),
    );
    expect(verdicts).toEqual([false, undefined, true]);
  });

  it('gives a larger variant the event types of the smaller ones', () => {
    const names = (types: number) => eventTypesOf({ types, partitions: 1 }).map(({ name }) => name);
    expect(names(3)).toEqual([...names(2), expect.any(String)]);
  });
});
