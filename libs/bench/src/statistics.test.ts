import { median, medianFigures, percentile, rangeOf } from './statistics';

describe('the median', () => {
  it('is the value in the middle, or the mean of the two', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 6])).toBe(5.5);
    expect(median([7])).toBe(7);
    expect(median([])).toBeNaN();
  });

  it('sorts by size, not as text', () => {
    expect(median([10, 9, 100])).toBe(10);
  });
});

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);

  it('is the smallest value that so many do not exceed', () => {
    expect(percentile(hundred, 50)).toBe(50);
    expect(percentile(hundred, 99)).toBe(99);
    expect(percentile(hundred, 100)).toBe(100);
    expect(percentile([3], 99)).toBe(3);
    expect(percentile([], 50)).toBeNaN();
  });

  it('shows one slow event in a hundred at 99.5, and not at 99', () => {
    const one = [...Array.from({ length: 99 }, () => 1), 1_000];
    expect(percentile(one, 99)).toBe(1);
    expect(percentile(one, 99.5)).toBe(1_000);
  });
});

describe('figures of several runs', () => {
  const runs = [{ rate: 3, lag: 10 }, { rate: 1 }, { rate: 2, lag: 30 }];

  it('have a median for each measure, over the runs that have it', () => {
    expect(medianFigures(runs)).toEqual({ rate: 2, lag: 20 });
  });

  it('have a range for each measure', () => {
    expect(rangeOf(runs, 'rate')).toEqual([1, 3]);
    expect(rangeOf(runs, 'other')).toBeUndefined();
  });

  it('leave out what came as null from JSON', () => {
    const read = JSON.parse('[{"rate":null},{"rate":4}]') as { rate: number }[];
    expect(medianFigures(read)).toEqual({ rate: 4 });
  });
});
