import { median, nanosEach } from './spans';

const plan = { times: 1_000, warmUps: 1, spans: 3 };

describe('a measured span', () => {
  it('is run for warming up and for measuring', async () => {
    let runs = 0;
    const nanos = await nanosEach(
      (times) => {
        runs += 1;
        return times;
      },
      { ...plan, expected: 1_000 },
    );
    expect(runs).toBe(4);
    expect(nanos).toBeGreaterThan(0);
  });

  it('fails the run if its results are not the expected ones', async () => {
    await expect(nanosEach((times) => times - 1, { ...plan, expected: 1_000 })).rejects.toThrow(
      'Expected 1000 from 1000 operations, got 999.',
    );
  });
});

describe('the median', () => {
  it('is the middle, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 9])).toBe(3);
  });

  it('does not exist without values', () => {
    expect(() => median([])).toThrow('at least one');
  });
});
