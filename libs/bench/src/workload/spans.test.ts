import { nanosEach } from './spans';

const plan = { times: 1_000, warmUps: 1, spans: 3 };

describe('a measured span', () => {
  it('is run for warming up and for measuring', async () => {
    let runs = 0;
    const nanos = await nanosEach(
      (times) => {
        runs += 1;
        let sum = 0;
        for (let i = 0; i < times * 1_000; i += 1) sum += Math.sqrt(i) >= 0 ? 0.001 : 0;
        return Math.round(sum);
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
